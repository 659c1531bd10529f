import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { type Backlog, writeBacklog } from './lib/backlog.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { GUARANTEES, type Guarantee } from './lib/installation.ts';
import { marketSymbols } from './lib/market.ts';
import { addCommonOptions, type CommonOptions } from './lib/options.ts';
import { openPlatform } from './lib/platform.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { median, medianRow, rounded } from './lib/statistics.ts';
import { residentMb } from './lib/usage.ts';
import { Watcher } from './lib/watcher.ts';
import { WorkerProcess } from './lib/worker-process.ts';

interface MemoryOptions extends CommonOptions {
  readonly n: number;
}

const SAMPLE_MS = 100;
const LIMIT_MS = 1_800_000;

/** `npm run bench -- memory`. */
export const memory: BenchCommand = {
  name: 'memory',
  summary: 'resident memory of a worker over a long backlog: how much, and whether it stays flat',
  description:
    'One worker catches up on a backlog of 28 symbols (the work of `catchup`) while its resident memory is sampled ten times a second. From the first bar ' +
    'to the last matrix the time is cut into quarters: the medians of the first and of the last say whether memory grows with what has been worked off.',
  examples: `  npm run bench -- memory                  5,000,000 ticks
  npm run bench -- memory --n 20000000     longer, to be surer`,
  configure(command: Command) {
    addCommonOptions(command, 1);
    command.option('--n <ticks>', 'ticks in the backlog', wholeNumber(2_800), 5_000_000);
  },
  run: (options: MemoryOptions, context) => run(options, context),
};

async function run(options: MemoryOptions, context: BenchContext): Promise<BenchResult> {
  const { progress } = context;
  await build(context);
  const platform = await openPlatform(context, options.external === true);
  const backlog = await writeBacklog(context, platform, { symbols: marketSymbols(), timeframes: ['1m'], ticks: options.n });
  const problems: string[] = [];
  const runs: Row[] = [];
  for (let i = 1; i <= options.runs; i++) {
    for (const guarantee of GUARANTEES) {
      progress.show(`run ${i}: ${guarantee}`);
      if (runs.length > 0) await backlog.installation.reset();
      runs.push(await measure(context, backlog, guarantee, problems));
    }
  }
  return {
    rows: GUARANTEES.map((guarantee) => medianRow(runs.filter((row) => row.guarantee === guarantee))),
    runs,
    settings: { n_ticks: options.n, runs: options.runs, symbols: 28, timeframes: ['1m'], workers: 1, sample_ms: SAMPLE_MS },
    problems,
  };
}

async function measure(
  { scope }: BenchContext,
  { installation, expected }: Backlog,
  guarantee: Guarantee,
  problems: string[],
): Promise<Row> {
  const watcher = await Watcher.start(scope, installation, expected);
  const worker = WorkerProcess.start(scope, installation.platform, { settingsFile: installation.settingsFile(guarantee), workers: 1 });
  await Promise.race([watcher.first(LIMIT_MS), worker.failed()]);
  const samples: number[] = [];
  let isDone = false;
  const sampling = (async () => {
    for (; !isDone; await sleep(SAMPLE_MS)) samples.push(residentMb(worker.pid));
  })();
  const { firstAt, doneAt, versionGaps } = await Promise.race([watcher.done(LIMIT_MS), worker.failed()]);
  isDone = true;
  await sampling;
  const { peakRssMb } = worker.usage();
  await watcher.end();
  await worker.stop();
  const matrices = await installation.count('features-tier2');
  if (matrices !== expected.matrices || versionGaps > 0) {
    problems.push(`${guarantee}: ${matrices} matrices instead of ${expected.matrices}, ${versionGaps} gaps between versions`);
  }
  const [first, last] = [quarter(samples, 0), quarter(samples, 3)];
  return {
    guarantee,
    seconds_from_first: rounded((doneAt - firstAt) / 1_000, 1),
    samples: samples.length,
    rss_mb_first_quarter: rounded(first, 1),
    rss_mb_last_quarter: rounded(last, 1),
    growth_percent: rounded((100 * (last - first)) / first, 1),
    peak_rss_mb: rounded(peakRssMb, 1),
  };
}

/** The median of one quarter of the samples, counted from 0. */
function quarter(samples: readonly number[], which: number): number {
  const length = Math.ceil(samples.length / 4);
  return median(samples.slice(Math.min(which * length, samples.length - 1), (which + 1) * length));
}
