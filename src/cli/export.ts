import type { Command } from 'commander';
import { addSuffixOption } from './options.ts';

/** What `arbitrex export` takes. */
export interface ExportOptions {
  readonly asOf: string;
  readonly symbol?: readonly string[];
  readonly timeframe?: string;
  readonly out: string;
}

/** Adds `arbitrex export`. */
export function registerExport(program: Command): void {
  addSuffixOption(program.command('export'))
    .summary('write tier-1 rows as they were known at a time')
    .description(
      'Writes the tier-1 rows that had gone out by a time (wall clock) as CSV: the columns of tier1.csv, then feature_version and emitted, ' +
        'when the row went out in UTC epoch ms. The rows of one symbol and timeframe are in order of time. Takes part in no consumer group.',
    )
    .requiredOption('--as-of <time>', 'only rows emitted at or before it: ISO 8601 such as 2026-01-05T00:00Z, or UTC epoch ms')
    .option('--symbol <symbol...>', 'these symbols only')
    .option('--timeframe <timeframe>', 'this timeframe only')
    .option('--out <file>', 'the file to write, which stands there only when it is whole; - is standard output', '-')
    .addHelpText(
      'after',
      `
Examples:
  arbitrex export --as-of 2026-01-05T12:00Z --out known.csv
  arbitrex export --as-of 2026-01-05T12:00Z --symbol EURUSD GBPUSD --timeframe 1m > known.csv`,
    )
    .action(async (options: ExportOptions, command: Command) => {
      const { runExport } = await import('./run-export.ts');
      await runExport(options, command);
    });
}
