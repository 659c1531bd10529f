import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { writeBacklog } from './lib/backlog.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { type BenchTimeframe, DURATIONS_MS, type Expected, marketSymbols } from './lib/market.ts';
import { measureCatchup } from './lib/measure-catchup.ts';
import { addCommonOptions, type CommonOptions, numberList } from './lib/options.ts';
import { type BenchPlatform, openPlatform } from './lib/platform.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { medianRow, rounded } from './lib/statistics.ts';
import { measureStages } from './scale/stages.ts';

interface ScaleOptions extends CommonOptions {
  readonly n: number;
  readonly symbols: readonly number[];
}

/** One point of the measurement. */
interface Variant {
  readonly symbols: number;
  readonly timeframes: readonly BenchTimeframe[];
  readonly window: number;
}

/** A matrix of 1,000 symbols takes more than the default limit of 1 MiB. */
const MAX_MATRIX_BYTES = 8 * 1024 * 1024;
const US_PER_S = 1e6;

/** `npm run bench -- scale`. */
export const scale: BenchCommand = {
  name: 'scale',
  summary: 'what more symbols, more timeframes and a longer window cost',
  description:
    'Catches up on as many ticks each time, spread over 28, 280 and 1,000 symbols (one universe of all of them, 1m bars); over 28 symbols with the ' +
    'timeframes 1m, 5m and 1H; and over 28 symbols with a window of 1,000. One worker, at_least_once. Then the stages once more, one after the other in ' +
    'groups of their own: join_core_percent is the share of one core that the join takes in real time, a matrix at every bar.',
  examples: `  npm run bench -- scale                              2,800,000 ticks a point: 140 minutes of 1,000 symbols
  npm run bench -- scale --symbols 28,280 --n 200000`,
  configure(command: Command) {
    addCommonOptions(command, 1);
    command
      .option('--n <ticks>', 'ticks at each point', wholeNumber(60_000), 2_800_000)
      .option('--symbols <list>', 'numbers of symbols, separated by commas', numberList(2, 1_000), [28, 280, 1_000]);
  },
  run: (options: ScaleOptions, context) => run(options, context),
};

async function run(options: ScaleOptions, context: BenchContext): Promise<BenchResult> {
  await build(context);
  const platform = await openPlatform(context, options.external === true);
  const problems: string[] = [];
  const variants: Variant[] = [
    ...options.symbols.map((symbols): Variant => ({ symbols, timeframes: ['1m'], window: 100 })),
    { symbols: 28, timeframes: ['1m', '5m', '1H'], window: 100 },
    { symbols: 28, timeframes: ['1m'], window: 1_000 },
  ];
  const runs: Row[] = [];
  const rows: Row[] = [];
  for (const variant of variants) {
    const ofVariant = await measureVariant(context, platform, variant, options, problems);
    runs.push(...ofVariant);
    rows.push(medianRow(ofVariant));
  }
  return { rows, runs, settings: { n_ticks: options.n, runs: options.runs, workers: 1, guarantee: 'at_least_once' }, problems };
}

async function measureVariant(
  context: BenchContext,
  platform: BenchPlatform,
  variant: Variant,
  options: ScaleOptions,
  problems: string[],
): Promise<Row[]> {
  const { progress } = context;
  const { timeframes, window } = variant;
  const symbols = marketSymbols(variant.symbols);
  const name = `${symbols.length} symbols, ${timeframes.join(' ')}, window ${window}`;
  progress.show(`${name}: topics`);
  const more = { window, topics: { tier2_max_message_bytes: MAX_MATRIX_BYTES } };
  const { installation, expected } = await writeBacklog(context, platform, { symbols, timeframes, ticks: options.n }, more);
  const runs: Row[] = [];
  for (let i = 1; i <= options.runs; i++) {
    progress.show(`run ${i}: ${name}, all stages`);
    if (i > 1) await installation.reset();
    const whole = await measureCatchup(context, installation, expected, { guarantee: 'at_least_once', workers: 1 }, problems);
    progress.show(`run ${i}: ${name}, stage by stage`);
    await installation.reset();
    const { joinCpuS } = await measureStages(context, installation, expected, problems);
    runs.push(rowOf(variant, options.n, whole, joinCpuS, expected));
  }
  return runs;
}

function rowOf({ symbols, timeframes, window }: Variant, ticks: number, whole: Row, joinCpuS: number, expected: Expected): Row {
  const { seconds, ticks_per_s, cpu_s, peak_rss_mb, broker_cpu_s, others_cpu_s, counts_as_expected } = whole;
  // Each timeframe has its own rhythm: a matrix of 1H comes a sixtieth as often as one of 1m.
  const perSecond = timeframes.reduce((sum, timeframe) => sum + 1_000 / DURATIONS_MS[timeframe], 0);
  const joinSeconds = joinCpuS / expected.matrices;
  return {
    symbols,
    timeframes: timeframes.join(' '),
    window,
    seconds: seconds!,
    ticks_per_s: ticks_per_s!,
    cpu_us_per_tick: rounded((US_PER_S * Number(cpu_s)) / ticks, 2),
    peak_rss_mb: peak_rss_mb!,
    matrices: expected.matrices,
    join_cpu_ms_per_matrix: rounded(1_000 * joinSeconds, 2),
    join_core_percent: rounded(100 * joinSeconds * perSecond, 3),
    broker_cpu_s: broker_cpu_s!,
    others_cpu_s: others_cpu_s!,
    counts_as_expected: counts_as_expected!,
  };
}
