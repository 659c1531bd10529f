import type { BenchContext } from './command.ts';
import type { Guarantee, Installation } from './installation.ts';
import type { Expected } from './market.ts';
import type { Row } from './result.ts';
import { rounded } from './statistics.ts';
import { markUsage, usageBetween } from './usage.ts';
import { Watcher } from './watcher.ts';
import { WorkerProcess } from './worker-process.ts';

/** How long a run may take, ms: far beyond what any machine needs. */
const LIMIT_MS = 900_000;

/** What is run. */
export interface CatchupVariant {
  readonly guarantee: Guarantee;
  readonly workers: number;
  /** Goes into `runtime` of the settings. */
  readonly runtime?: Readonly<Record<string, unknown>>;
  readonly nodeOptions?: readonly string[];
}

/**
 * One run: from the start of the process until the last matrix can be read. The installation is as new before, and counted after; what is
 * wrong with the counts goes to `problems`.
 */
export async function measureCatchup(
  { scope }: BenchContext,
  installation: Installation,
  expected: Expected,
  variant: CatchupVariant,
  problems: string[],
): Promise<Row> {
  const { platform } = installation;
  const { guarantee, workers, runtime, nodeOptions } = variant;
  const settingsFile = installation.settingsFile(guarantee, runtime);
  const watcher = await Watcher.start(scope, installation, expected);
  const before = markUsage(platform, [watcher.pid]);
  const worker = WorkerProcess.start(scope, platform, { settingsFile, workers, ...(nodeOptions === undefined ? {} : { nodeOptions }) });
  const watched = await Promise.race([watcher.done(LIMIT_MS), worker.failed()]);
  const usage = worker.usage();
  const { brokerS, othersS } = usageBetween(before, markUsage(platform, [watcher.pid]), usage.cpuS);
  await watcher.end();
  await worker.stop();
  const seconds = (watched.doneAt - worker.startedAt) / 1_000;
  const fromFirst = (watched.doneAt - watched.firstAt) / 1_000;
  const counts = await countOutputs(installation, expected, watched.versionGaps, `${guarantee}, ${workers} workers`, problems);
  return {
    guarantee,
    workers,
    seconds: rounded(seconds, 2),
    ticks_per_s: Math.round(expected.ticks / seconds),
    seconds_from_first: rounded(fromFirst, 2),
    ticks_per_s_from_first: Math.round(expected.ticks / Math.max(fromFirst, 1e-3)),
    cpu_s: rounded(usage.cpuS, 2),
    peak_rss_mb: rounded(usage.peakRssMb, 1),
    worker_rss_mb: rounded(usage.largestRssMb, 1),
    broker_cpu_s: platform.kafkaPid === null ? null : rounded(brokerS, 1),
    others_cpu_s: rounded(othersS, 1),
    ...counts,
  };
}

/** Everything that the workers have written, counted by reading it once they have ended. */
async function countOutputs(
  installation: Installation,
  expected: Expected,
  versionGaps: number,
  variant: string,
  problems: string[],
): Promise<Row> {
  const bars = await installation.count('clean-ohlcv');
  const rows = await installation.count('features-tier1');
  const matrices = await installation.count('features-tier2');
  const deadLetters = await installation.count('dead-letters');
  const wrong = [
    [bars, expected.bars, 'bars'],
    [rows, expected.bars, 'tier-1 records'],
    [matrices, expected.matrices, 'matrices'],
    [deadLetters, 0, 'dead letters'],
    [versionGaps, 0, 'gaps between versions'],
  ].filter(([found, right]) => found !== right);
  for (const [found, right, what] of wrong) problems.push(`${variant}: ${found} ${what} instead of ${right}`);
  return { bars, matrices, counts_as_expected: wrong.length === 0 };
}
