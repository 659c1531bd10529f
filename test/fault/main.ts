/** The fault suite: real workers on a real Kafka, broken in every way known, and everything checked afterwards. See docs/reliability.md. */
import { writeFileSync } from 'node:fs';
import { UserError } from '../../src/errors.ts';
import type { FaultCase } from './cases/case.ts';
import { CASES } from './cases/index.ts';
import { checkAll } from './checks/index.ts';
import { readOptions, type SuiteOptions } from './options.ts';
import { World } from './platform/world.ts';
import { type Result, Results, reportOf } from './results.ts';
import { Run } from './run.ts';

/** The case under way: its processes must not outlive this one. */
let current: Run | null = null;

async function main(options: SuiteOptions): Promise<void> {
  const results = new Results(options.resume);
  const cases = CASES.filter(
    ({ name, short }) =>
      (!options.short || short === true) && (options.only.length === 0 || options.only.some((only) => name.startsWith(only))),
  );
  const world = await World.start();
  let isFirstSignal = true;
  const stop = () => {
    if (isFirstSignal)
      void (async () => {
        await current?.close();
        await world.dispose(options.keep);
        process.exit(130);
      })();
    isFirstSignal = false;
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    for (let seed = options.firstSeed; seed < options.firstSeed + options.seeds; seed++) {
      for (const one of cases) {
        if (results.has(one.name, seed)) continue;
        const result = await runCase(world, one, seed);
        results.add(result);
        say(result);
      }
    }
  } finally {
    await world.dispose(options.keep || results.count('failed') > 0);
    if (options.report !== null) writeFileSync(options.report, reportOf(results.all, CASES));
  }
  const skipped = results.count('skipped');
  if (results.count('failed') > 0) console.log(`logs and settings of all cases: ${world.home.logs}`);
  console.log(`${results.count('passed')} passed, ${results.count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = results.count('failed') > 0 ? 1 : 0;
}

async function runCase(world: World, one: FaultCase, seed: number): Promise<Result> {
  const began = performance.now();
  const impossible = one.impossible?.() ?? null;
  const base = { name: one.name, seed };
  if (impossible !== null) return { ...base, outcome: 'skipped', problems: [impossible], faults: 0, records: 0, seconds: 0 };
  let run: Run | null = null;
  const problems: string[] = [];
  try {
    run = await Run.prepare(world, { ...base, ...one.options });
    current = run;
    await run.produce();
    await one.disturb(run);
    await run.finish();
    problems.push(...run.problems, ...(await checkAll(run)));
    if (problems.length > 0) problems.push(...markersLost(run));
  } catch (error) {
    problems.push(...(run?.problems ?? []), error instanceof Error ? (error.stack ?? error.message) : String(error));
    // Whatever state it left its cluster in, the next case shall not suffer from it.
    await run?.close();
    await world.drop(one.options?.cluster ?? 'solo');
  }
  await run?.close();
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  const outcome = problems.length === 0 ? 'passed' : 'failed';
  return { ...base, outcome, problems, faults: run?.faults ?? 0, records: run?.reference.records ?? 0, seconds };
}

/** A known fault of Kafka's (docs/reliability.md), named where it may be the cause. */
function markersLost({ cluster, settings }: Run): string[] {
  const count = cluster.nodes.reduce((sum, node) => sum + node.skippedMarkers(settings.topics.prefix), 0);
  return count === 0 ? [] : [`Kafka left out the markers of ${count} transactions when it started again`];
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
