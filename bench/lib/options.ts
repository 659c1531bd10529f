import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../src/cli/options.ts';

/** What the benchmarks on Kafka share. */
export interface CommonOptions {
  readonly runs: number;
  readonly external?: boolean;
}

/** Adds --runs and --external. */
export function addCommonOptions(command: Command, runs: number): void {
  command
    .option('--runs <n>', 'runs of every variant, in turn; the table shows medians', wholeNumber(1), runs)
    .addOption(
      new Option('--external', 'measure on the cluster of KAFKA_BROKERS and SCHEMA_REGISTRY_URL, under a topic prefix of its own'),
    );
}

/** Parses an option that is a list of whole numbers from `least` to `most`, separated by commas; anything else is a usage error. */
export function numberList(least: number, most: number): (text: string) => number[] {
  return (text) => {
    const list = text.split(',').map(Number);
    if (list.every((value) => Number.isSafeInteger(value) && value >= least && value <= most)) return list;
    throw new InvalidArgumentError(`expected whole numbers from ${least} to ${most}, separated by commas`);
  };
}
