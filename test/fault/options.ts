import { parseArgs } from 'node:util';
import { UserError } from '../../src/errors.ts';
import { CASES } from './cases/index.ts';

/** What to run. */
export interface SuiteOptions {
  readonly seeds: number;
  readonly firstSeed: number;
  /** Names or beginnings of names; all where it is empty. */
  readonly only: readonly string[];
  readonly short: boolean;
  /** Cases that run at the same time, each on clusters of its own. */
  readonly jobs: number;
  /** File that keeps what has been run, so that a later call goes on from there. */
  readonly resume: string | null;
  /** File for the report. */
  readonly report: string | null;
  /** Leave logs and data where they are. */
  readonly keep: boolean;
}

export const USAGE = `node test/fault/main.ts [--seeds N] [--first-seed N] [--only CASE]... [--short] [--jobs N] [--resume FILE] [--report FILE] [--keep]

  --seeds N       every case with N seeds (default 3; 1 with --short)
  --first-seed N  the first of them (default 1)
  --only CASE     this case, or all whose names begin so; may be repeated
  --short         the tier for every change
  --jobs N        cases at the same time, each on its own Kafka: about 1 GB of memory each, 2.5 GB with three nodes (default 2)
  --resume FILE   keep results in FILE and leave out what is in it already
  --report FILE   write the results as a Markdown table
  --keep          keep the platform's folder with all logs`;

/** Reads the command line. Throws UserError. */
export function readOptions(args: readonly string[]): SuiteOptions {
  const { values } = parse(args);
  const short = values.short ?? false;
  const only = values.only ?? [];
  for (const name of only) {
    if (!CASES.some((one) => one.name.startsWith(name))) {
      throw new UserError(`there is no case ${name}`, { hint: `cases: ${CASES.map((one) => one.name).join(', ')}`, exitCode: 2 });
    }
  }
  return {
    seeds: wholeNumber('--seeds', values.seeds ?? (short ? '1' : '3')),
    firstSeed: wholeNumber('--first-seed', values['first-seed'] ?? '1'),
    only,
    short,
    jobs: wholeNumber('--jobs', values.jobs ?? '2'),
    resume: values.resume ?? null,
    report: values.report ?? null,
    keep: values.keep ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: text,
        'first-seed': text,
        only: { ...text, multiple: true },
        short: flag,
        jobs: text,
        resume: text,
        report: text,
        keep: flag,
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, { hint: USAGE, exitCode: 2 });
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UserError(`${name} ${text}: expected a whole number above 0`, { exitCode: 2 });
  return Number(text);
}
