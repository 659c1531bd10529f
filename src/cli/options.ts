import { type Command, InvalidArgumentError } from 'commander';
import { checkSuffix, type Suffix } from '../../topology/variant.ts';
import { UserError } from '../errors.ts';

/** What every command takes. */
export interface GlobalOptions {
  /** The settings file as given; undefined: the default one. */
  readonly settings: string | undefined;
  /** One JSON value on standard output instead of words. */
  readonly json: boolean;
  /** Stack traces and debug logs. */
  readonly debug: boolean;
  /** Warnings and errors only, no progress. */
  readonly quiet: boolean;
  /** False after --no-color. */
  readonly color: boolean;
}

/** Adds the options that every command takes; they may stand before or after the command's name. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--settings <file>', 'settings file (default: ./arbitrex.yaml if it is there, else the one of the package)')
    .option('--json', 'print one JSON value instead of words')
    .option('--debug', 'print stack traces and debug logs')
    .option('--quiet', 'print warnings and errors only, no progress')
    .option('--no-color', 'print without colours');
}

/** The options that every command takes, as given to the program of this command. */
export function globalOptions(command: Command): GlobalOptions {
  const given = command.optsWithGlobals<Partial<GlobalOptions>>();
  return {
    settings: given.settings,
    json: given.json ?? false,
    debug: given.debug ?? false,
    quiet: given.quiet ?? false,
    color: given.color ?? true,
  };
}

/** Adds the option of the commands that work with one pipeline: a variant's instead of the main one. */
export function addSuffixOption(command: Command): Command {
  return command.option('--suffix <suffix>', 'work with the variant of this suffix, which runs beside the main pipeline');
}

/** The suffix as given; null: the main pipeline is meant. Throws UserError where it is none. */
export function suffixOf(command: Command): Suffix {
  const { suffix = null } = command.optsWithGlobals<{ suffix?: string }>();
  if (suffix !== null) checkSuffix(suffix);
  return suffix;
}

/** Parses an option that is a whole number of at least `least`; anything else is a usage error. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number >= ${least}`);
    }
    return value;
  };
}

/** Parses an option that is a number above 0; anything else is a usage error. */
export function positiveNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

/** The UTC epoch ms of a time given to `option`, as ISO 8601 or as that number itself. Throws UserError where it is neither. */
export function timeOf(option: string, text: string): number {
  const timestampMs = /^\d{5,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(timestampMs)) return timestampMs;
  throw new UserError(`${option}: "${text}" is not a time such as 2026-01-05T00:00Z`, { exitCode: 2 });
}

/** Throws UserError where the settings have no such timeframe. */
export function checkTimeframe(option: string, timeframe: string, known: readonly string[]): void {
  if (known.includes(timeframe)) return;
  throw new UserError(`${option}: "${timeframe}" is none of the settings`, { hint: `they have ${known.join(', ')}`, exitCode: 2 });
}
