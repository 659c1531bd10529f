/** The fault suite: real workers on a real Kafka, broken in every way known, and everything checked afterwards. See docs/reliability.md. */
import { writeFileSync } from 'node:fs';
import { UserError } from '../../src/errors.ts';
import type { FaultCase } from './cases/case.ts';
import { CASES } from './cases/index.ts';
import { readOptions, type SuiteOptions } from './options.ts';
import { World } from './platform/world.ts';
import { type Result, Results, reportOf } from './results.ts';
import { clusterOf, type Lane, runCase } from './run-case.ts';

/** One case with one seed. */
interface Piece {
  readonly one: FaultCase;
  readonly seed: number;
}

async function main(options: SuiteOptions): Promise<void> {
  const results = new Results(options.resume);
  const pieces = piecesOf(options, results);
  const lanes: Lane[] = [];
  let isFirstSignal = true;
  const stop = () => {
    if (isFirstSignal)
      void (async () => {
        pieces.length = 0;
        await Promise.all(lanes.map((lane) => lane.current?.close()));
        await Promise.all(lanes.map(({ world }) => world.dispose(options.keep)));
        process.exit(130);
      })();
    isFirstSignal = false;
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const began = performance.now();
  try {
    const count = Math.min(options.jobs, pieces.length);
    for (let i = 0; i < count; i++) lanes.push({ world: await World.start(), current: null });
    await Promise.all(
      lanes.map(async (lane) => {
        for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
          const result = await runCase(lane, piece.one, piece.seed);
          // What was torn down in its midst has neither passed nor failed.
          if (!isFirstSignal) return;
          results.add(result);
          say(result);
        }
      }),
    );
  } finally {
    const keep = options.keep || results.count('failed') > 0;
    await Promise.all(lanes.map(({ world }) => world.dispose(keep)));
    if (options.report !== null) writeFileSync(options.report, reportOf(results.all, CASES));
  }
  const skipped = results.count('skipped');
  if (results.count('failed') > 0) console.log(`logs and settings of all cases: ${lanes.map(({ world }) => world.home.logs).join(' ')}`);
  console.log(`${((performance.now() - began) / 60_000).toFixed(1)} minutes, ${lanes.length} at a time`);
  console.log(`${results.count('passed')} passed, ${results.count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = results.count('failed') > 0 ? 1 : 0;
}

/** What is to be run, cases of one cluster after the other, so that it starts once; every case comes up before any comes up again. */
function piecesOf(options: SuiteOptions, results: Results): Piece[] {
  const cases = CASES.filter(
    ({ name, short }) =>
      (!options.short || short === true) && (options.only.length === 0 || options.only.some((only) => name.startsWith(only))),
  );
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.firstSeed + i);
  return [...Map.groupBy(cases, clusterOf).values()]
    .flatMap((ofCluster) => seeds.flatMap((seed) => ofCluster.map((one) => ({ one, seed }))))
    .filter(({ one, seed }) => !results.has(one.name, seed));
}

function say({ name, seed, outcome, problems, faults, records, seconds }: Result): void {
  console.log(`${outcome.padEnd(7)} ${name} seed ${seed}: ${faults} faults, ${records} records, ${seconds} s`);
  for (const problem of problems) console.log(`        ${problem}`);
}

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error([error.message, error.hint].filter(Boolean).join('\n'));
  process.exitCode = error.exitCode;
}
