import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { writeBacklog } from './lib/backlog.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { GUARANTEES } from './lib/installation.ts';
import { marketSymbols } from './lib/market.ts';
import { type CatchupVariant, measureCatchup } from './lib/measure-catchup.ts';
import { addCommonOptions, type CommonOptions } from './lib/options.ts';
import { openPlatform } from './lib/platform.ts';
import { hottestFunctions } from './lib/profile.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { medianRow } from './lib/statistics.ts';
import { renderTable } from './lib/table.ts';

interface CatchupOptions extends CommonOptions {
  readonly n: number;
  readonly profile?: boolean;
  readonly profileDir: string;
}

const PROFILED = 25;

/** `npm run bench -- catchup`. */
export const catchup: BenchCommand = {
  name: 'catchup',
  summary: 'ticks a second from process start to the last matrix of a backlog',
  description:
    'Ticks of 28 FX pairs on 28 partitions lie in Kafka; workers make 1m bars, all tier-1 features and a 28x28 matrix a minute of them. Measured from ' +
    'the moment the process is started until the last matrix can be read with read_committed, for 1 and 2 worker processes and both guarantees. ' +
    'Every bar, record and matrix is counted afterwards: a run with wrong counts, or with a gap between versions, fails the benchmark.',
  examples: `  npm run bench -- catchup                         2,000,000 ticks, 3 runs of each variant
  npm run bench -- catchup --n 200000 --runs 1     a quick look
  npm run bench -- catchup --profile               where one worker spends its time, with a .cpuprofile to open in Chrome`,
  configure(command: Command) {
    addCommonOptions(command, 3);
    command
      .option('--n <ticks>', 'ticks in the backlog', wholeNumber(2_800), 2_000_000)
      .option('--profile', 'one run of one worker a guarantee under the profiler: its seconds are not to be compared')
      .option('--profile-dir <folder>', 'where profiles go', 'profiles');
  },
  run: (options: CatchupOptions, context) => run(options, context),
};

async function run(options: CatchupOptions, context: BenchContext): Promise<BenchResult> {
  const { progress } = context;
  await build(context);
  const platform = await openPlatform(context, options.external === true);
  const symbols = marketSymbols();
  const { installation, expected } = await writeBacklog(context, platform, { symbols, timeframes: ['1m'], ticks: options.n });
  const variants = variantsOf(options);
  const problems: string[] = [];
  const runs: Row[] = [];
  for (let i = 1; i <= (options.profile === true ? 1 : options.runs); i++) {
    for (const variant of variants) {
      progress.show(`run ${i}: ${variant.guarantee}, ${variant.workers} workers`);
      if (runs.length > 0) await installation.reset();
      runs.push(await measureCatchup(context, installation, expected, variant, problems));
    }
  }
  const rows = variants.map(({ guarantee, workers }) =>
    medianRow(runs.filter((row) => row.guarantee === guarantee && row.workers === workers)),
  );
  const settings = { n_ticks: options.n, runs: options.runs, symbols: symbols.length, timeframes: ['1m'] };
  const profiles = options.profile === true ? profilesOf(options) : [];
  return {
    rows,
    runs,
    settings,
    problems,
    extra: options.profile === true ? { profiles: Object.fromEntries(profiles.map(({ file, hottest }) => [file, hottest])) } : {},
    notes: profiles.map(({ file, hottest }) => `${file}: self time\n${renderTable(hottest)}`),
  };
}

function variantsOf({ profile, profileDir }: CatchupOptions): CatchupVariant[] {
  if (profile !== true) return GUARANTEES.flatMap((guarantee) => [1, 2].map((workers) => ({ guarantee, workers })));
  return GUARANTEES.map((guarantee) => {
    const folder = resolve(profileDir);
    mkdirSync(folder, { recursive: true });
    return { guarantee, workers: 1, nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${guarantee}.cpuprofile`] };
  });
}

function profilesOf({ profileDir }: CatchupOptions): { file: string; hottest: Row[] }[] {
  return GUARANTEES.map((guarantee) => {
    const file = join(resolve(profileDir), `${guarantee}.cpuprofile`);
    return { file, hottest: hottestFunctions(file, PROFILED) };
  });
}
