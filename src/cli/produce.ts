import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from './options.ts';

/** What `arbitrex produce` takes. */
export interface ProduceOptions {
  readonly rate?: number;
  readonly speed?: number;
  readonly strict?: boolean;
  readonly synthetic?: boolean;
  readonly symbols?: string;
  readonly ticks: number;
  readonly seed: number;
  readonly start?: string;
  readonly interval: number;
  readonly live?: boolean;
}

/** Adds `arbitrex produce`. */
export function registerProduce(program: Command): void {
  program
    .command('produce')
    .summary('send ticks from a file, standard input or a generator to Kafka')
    .description(
      'Sends ticks to the topic `ticks`, each to the partition of its symbol, in order and once. A row that holds no tick is named by its line ' +
        'and passed over, unless --strict.',
    )
    .argument('[file]', 'CSV file of ticks, gzipped if its name ends in .gz, or - for standard input')
    .option('--rate <n>', 'ticks a second (default: as fast as they can be sent)', positiveNumber)
    .option('--speed <x>', 'by event time, x times faster than real time', positiveNumber)
    .option('--strict', 'end at the first bad row')
    .option('--synthetic', 'correlated random walks instead of a file')
    .option('--symbols <list>', 'of the synthetic ticks, separated by commas (default: those of the settings)')
    .option('--ticks <n>', 'synthetic ticks to send', wholeNumber(1), 100_000)
    .option('--seed <n>', 'the same seed gives the same ticks', wholeNumber(0), 1)
    .option('--start <time>', 'event time of the first synthetic tick (default: 2026-01-05T00:00Z)')
    .option('--interval <ms>', 'event time between two synthetic ticks, all symbols together', positiveNumber, 100)
    .option('--live', 'synthetic ticks of this moment: event time is the wall clock (default --rate: one tick an interval)')
    .addHelpText(
      'after',
      `
Columns: symbol,event_time,bid,ask and, where known, last,volume,seq,source_id (event_time in UTC epoch ms)

Examples:
  arbitrex produce ticks.csv.gz
  arbitrex produce ticks.csv --speed 60            an hour of ticks in a minute
  arbitrex produce --synthetic --ticks 1000000
  arbitrex produce --synthetic --live --rate 50
  zcat ticks.gz | arbitrex produce - --rate 2000`,
    )
    .action(async (file: string | undefined, options: ProduceOptions, command: Command) => {
      const { runProduce } = await import('./run-produce.ts');
      await runProduce(file, options, command);
    });
}
