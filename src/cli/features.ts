import type { Command } from 'commander';

/** What `arbitrex features compare` takes. */
export interface CompareOptions {
  readonly symbol?: readonly string[];
  readonly timeframe?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Adds `arbitrex features compare`. */
export function registerFeatures(program: Command): void {
  const features = program
    .command('features')
    .summary('compare the features of two pipelines')
    .description('Looks at tier-1 features under different settings.');
  features
    .command('compare')
    .summary('what differs between two definitions and their features')
    .description(
      'Says which settings differ, then compares the records of features-tier1 of two pipelines that run side by side: rows that only one has, ' +
        'and for every column how many rows differ and by how much. Takes part in no group and changes nothing; workers may be running.',
    )
    .argument('<a>', 'main (or -) or a suffix, with =FILE behind it to name its settings; or a settings file alone')
    .argument('<b>', 'the other, likewise')
    .option('--symbol <symbol...>', 'rows of these symbols only')
    .option('--timeframe <timeframe>', 'rows of this timeframe only')
    .option('--from <time>', 'rows at or after a time such as 2026-01-05T00:00Z')
    .option('--to <time>', 'rows before a time')
    .addHelpText(
      'after',
      `
main has the settings of --settings, where no file is named. Of two settings files alone the settings are compared and no cluster is asked.

Rows are paired by symbol, timeframe and timestamp; values differ where they are not the same to the bit. max and mean are of the absolute
differences, over the rows that differ and have a number on both sides.

Exit code, as of diff: 0 nothing differs, 1 something does, 2 for all else.

Examples:
  arbitrex features compare main b=b.yaml
  arbitrex features compare main b --symbol EURUSD --timeframe 1H --from 2026-01-05 --to 2026-02-01
  arbitrex features compare arbitrex.yaml b.yaml`,
    )
    .action(async (a: string, b: string, options: CompareOptions, command: Command) => {
      const { runCompare } = await import('./run-compare.ts');
      await runCompare([a, b], options, command);
    });
}
