import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { compareWithPandas } from './kernels/pandas.ts';
import { measureCleanBars, measureCleanTicks, measureCorrelation, measureFeatures } from './kernels/stages.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { peersFolder } from './peers/folder.ts';

const SYMBOLS = [28, 100, 400, 1_000] as const;
const WINDOWS = [50, 100, 500] as const;
const NULL_RATE = 0.02;

interface KernelsOptions {
  readonly runs: number;
  readonly maxSymbols: number;
  readonly pandas: boolean;
}

/** `npm run bench -- kernels`. */
export const kernels: BenchCommand = {
  name: 'kernels',
  summary: 'nanoseconds per tick, bar and pair, without Kafka; the in-process driver against pandas',
  description:
    'CPU nanoseconds of the pure stages alone: clean per tick and per bar, tier 1 per bar, correlation per pair and bar, against the number of symbols and ' +
    'the length of the window, of which they should not depend. Then, where ../shared/peers is there, the in-process driver over ticks in memory and the ' +
    'pandas program over the same ticks, in turn.',
  examples: `  npm run bench -- kernels                     takes some minutes: 1,000 symbols are 500,500 pairs
  npm run bench -- kernels --max-symbols 100 --no-pandas`,
  configure(command: Command) {
    command
      .option('--runs <n>', 'runs of every measurement; the table shows medians', wholeNumber(1), 3)
      .option('--max-symbols <n>', 'leave out what has more symbols', wholeNumber(28), 1_000)
      .option('--no-pandas', 'leave out the driver and pandas');
  },
  run: (options: KernelsOptions, context) => run(options, context),
};

async function run({ runs, maxSymbols, pandas }: KernelsOptions, context: BenchContext): Promise<BenchResult> {
  const symbols = SYMBOLS.filter((count) => count <= maxSymbols);
  const rows: Row[] = [];
  const measure = (what: string, make: () => Row): void => {
    context.progress.show(what);
    rows.push(make());
  };
  for (const count of symbols) measure(`clean: ticks of ${count} symbols`, () => measureCleanTicks(count, runs));
  for (const count of symbols) measure(`clean: bars of ${count} symbols`, () => measureCleanBars(count, runs));
  for (const count of symbols) {
    for (const window of WINDOWS) measure(`tier 1: ${count} symbols, window ${window}`, () => measureFeatures(count, window, runs));
  }
  for (const count of symbols) {
    for (const window of WINDOWS)
      measure(`correlation: ${count} symbols, window ${window}`, () => measureCorrelation(count, window, 0, runs));
  }
  measure('correlation with nulls', () => measureCorrelation(28, 100, NULL_RATE, runs));

  const folder = pandas ? peersFolder() : null;
  const settings = { runs, symbols, windows: WINDOWS };
  if (folder === null) return { rows, runs: [], settings };
  const compared = await compareWithPandas(folder, runs, context);
  const { first_pass_s, next_pass_s, pandas_s, first_pass_times_pandas, next_pass_times_pandas } = compared.columns;
  return {
    rows: [...rows, ...compared.rows],
    runs: [],
    settings,
    extra: { columns: compared.columns },
    notes: [
      `2,000,000 ticks to the last matrix: driver over columns ${first_pass_s} s in the first pass of a process (${first_pass_times_pandas} x pandas), ` +
        `${next_pass_s} s in the next (${next_pass_times_pandas} x); pandas ${pandas_s} s`,
    ],
    problems: compared.problems,
  };
}
