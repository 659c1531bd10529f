import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { GUARANTEES, type Guarantee } from './lib/installation.ts';
import { addCommonOptions, type CommonOptions, numberList } from './lib/options.ts';
import { type BenchPlatform, openPlatform } from './lib/platform.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { medianRow, rounded } from './lib/statistics.ts';
import { markUsage, usageBetween } from './lib/usage.ts';
import { measureHalt } from './live/halt.ts';
import { latenciesBetween } from './live/latencies.ts';
import { LiveSession } from './live/session.ts';

export interface LatencyOptions extends CommonOptions {
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly warmup: number;
  readonly workers: number;
  readonly guarantee?: Guarantee;
  readonly halt?: string;
}

/** `npm run bench -- latency`. */
export const latency: BenchCommand = {
  name: 'latency',
  summary: 'milliseconds from a tick to its tier-1 record, and to its matrix',
  description:
    'Ticks of 28 pairs arrive live, evenly and at a steady rate; bars are one second long. One independent consumer, a process of its own, notes when a ' +
    'tick arrives that closes a bar, and when the tier-1 record of that bar does; for a matrix, when the tick arrives that closes the last of its bars. ' +
    'With --halt it shows instead what the other symbols feel of a halt, a resume and a symbol half of whose records are garbage.',
  examples: `  npm run bench -- latency                               2,000, 20,000 and 50,000 ticks/s, both guarantees, 3 runs of 60 s
  npm run bench -- latency --rates 2000 --seconds 20 --runs 1
  npm run bench -- latency --halt EURUSD --rates 2000`,
  configure(command: Command) {
    addCommonOptions(command, 3);
    command
      .option('--rates <list>', 'ticks a second, separated by commas', numberList(1, 1_000_000), [2_000, 20_000, 50_000])
      .option('--seconds <s>', 'how long each run (with --halt: each phase) is measured', wholeNumber(2), 60)
      .option('--warmup <s>', 'load before that', wholeNumber(1), 15)
      .option('--workers <n>', 'worker processes', wholeNumber(1), 1)
      .addOption(new Option('--guarantee <name>', 'one of them only (default: both)').choices(GUARANTEES))
      .option('--halt <symbol>', 'halt, resume, then poison this symbol and measure the others');
  },
  run: (options: LatencyOptions, context) => run(options, context),
};

async function run(options: LatencyOptions, context: BenchContext): Promise<BenchResult> {
  await build(context);
  const platform = await openPlatform(context, options.external === true);
  const problems: string[] = [];
  const runs: Row[] = [];
  for (let i = 1; i <= options.runs; i++) {
    for (const guarantee of options.guarantee === undefined ? GUARANTEES : [options.guarantee]) {
      for (const rate of options.rates) {
        context.progress.show(`run ${i}: ${guarantee}, ${rate.toLocaleString('en')} ticks/s`);
        const variant = { guarantee, rate };
        if (options.halt === undefined) runs.push(await measure(options, context, platform, variant, problems));
        else runs.push(...(await measureHalt({ ...options, halt: options.halt }, context, platform, variant, problems)));
      }
    }
  }
  const variants = Map.groupBy(runs, ({ guarantee, rate, phase }) => `${guarantee} ${rate} ${phase}`);
  return {
    rows: [...variants.values()].map((ofVariant) => medianRow(ofVariant)),
    runs,
    settings: {
      timeframe: '1s',
      symbols: 28,
      workers: options.workers,
      seconds: options.seconds,
      warmup_s: options.warmup,
      runs: options.runs,
      halt: options.halt ?? null,
    },
    problems,
  };
}

/** One run at one rate. */
async function measure(
  { seconds, warmup, workers }: LatencyOptions,
  context: BenchContext,
  platform: BenchPlatform,
  { guarantee, rate }: { guarantee: Guarantee; rate: number },
  problems: string[],
): Promise<Row> {
  const session = await LiveSession.start(context, platform, { guarantee, ticksPerSecond: rate, workers: [workers] });
  const [worker] = session.workers;
  await session.whileAllIsWell(sleep(1_000 * warmup));
  const from = Date.now();
  const before = { marks: markUsage(platform, session.helperPids), work: worker!.usage() };
  await session.whileAllIsWell(sleep(1_000 * seconds));
  const until = Date.now();
  const usage = worker!.usage();
  const cpuS = usage.cpuS - before.work.cpuS;
  const { brokerS, othersS } = usageBetween(before.marks, markUsage(platform, session.helperPids), cpuS);
  const { load, observation } = await session.finish();
  const rows = latenciesBetween(observation.rows, from, until);
  const matrices = latenciesBetween(observation.matrices, from, until);
  const name = `${guarantee}, ${rate}/s`;
  if (rows.notSeen > 0) problems.push(`${name}: ${rows.notSeen} tier-1 records were not seen`);
  if (guarantee === 'exactly_once' && observation.seenTwice > 0)
    problems.push(`${name}: ${observation.seenTwice} tier-1 records came twice`);
  return {
    guarantee,
    rate,
    sent_per_s: Math.round(load.sent / load.seconds),
    bars: rows.count,
    tier1_p50_ms: rows.p50,
    tier1_p99_ms: rows.p99,
    tier1_max_ms: rows.max,
    matrices: matrices.count,
    matrix_p50_ms: matrices.p50,
    matrix_p99_ms: matrices.p99,
    matrix_max_ms: matrices.max,
    cpu_s: rounded(cpuS, 2),
    peak_rss_mb: rounded(usage.peakRssMb, 1),
    broker_cpu_s: platform.kafkaPid === null ? null : rounded(brokerS, 1),
    others_cpu_s: rounded(othersS, 1),
  };
}
