import { type Command, Option } from 'commander';
import { addSuffixOption, wholeNumber } from './options.ts';

export const FORMATS = ['table', 'jsonl', 'csv'] as const;
export type ConsumeFormat = (typeof FORMATS)[number];

/** What `arbitrex consume` takes. */
export interface ConsumeOptions {
  readonly symbol?: readonly string[];
  readonly timeframe?: string;
  readonly from: string;
  readonly follow?: boolean;
  readonly limit?: number;
  readonly format: ConsumeFormat;
}

/** Adds `arbitrex consume`. */
export function registerConsume(program: Command): void {
  addSuffixOption(program.command('consume'))
    .summary('print the records of a topic')
    .description('Prints the committed records of a topic, decoded. Takes part in no consumer group, so it takes nothing from anyone.')
    .argument('<topic>', 'ticks, clean-ohlcv, features-tier1, features-tier2 or dead-letters')
    .option('--symbol <symbol...>', 'these symbols only')
    .option('--timeframe <timeframe>', 'this timeframe only')
    .option('--from <where>', 'earliest, latest, or a time such as 2026-01-05T00:00Z (by record time)', 'earliest')
    .option('--follow', 'go on when the end is reached, until Ctrl-C')
    .option('--limit <n>', 'end after n records', wholeNumber(1))
    .addOption(new Option('--format <format>', 'how to print them').choices(FORMATS).default('table'))
    .addHelpText(
      'after',
      `
Examples:
  arbitrex consume clean-ohlcv --symbol EURUSD --timeframe 1H
  arbitrex consume features-tier1 --follow --from latest
  arbitrex consume features-tier1 --symbol EURUSD --format csv > features.csv
  arbitrex consume dead-letters --format jsonl`,
    )
    .action(async (topic: string, options: ConsumeOptions, command: Command) => {
      const { runConsume } = await import('./run-consume.ts');
      await runConsume(topic, options, command);
    });
}
