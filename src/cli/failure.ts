import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { RegistryOutage } from '../codec/errors.ts';
import { UserError } from '../errors.ts';

/** Wrong usage: an unknown command or option, a missing or impossible argument. */
const USAGE_EXIT_CODE = 2;
/** A fault of ours: EX_SOFTWARE of sysexits.h. */
const UNEXPECTED_EXIT_CODE = 70;

/** What to look at where the registry does not answer. */
export const REGISTRY_HINT = 'see that the schema registry runs there, and that SCHEMA_REGISTRY_URL names it';

/** What a failure prints on standard error (null: it has been printed) and the exit code of the process. */
export interface Failure {
  readonly text: string | null;
  readonly exitCode: number;
}

/** Puts any error of a command into words: one line and what to do, a stack trace only for `debug`. */
export function failureOf(error: unknown, debug: boolean): Failure {
  if (error instanceof CommanderError) return { text: null, exitCode: error.exitCode === 0 ? 0 : USAGE_EXIT_CODE };
  if (error instanceof UserError) return mendable(error, error.hint, error.exitCode, debug);
  if (error instanceof RegistryOutage) return mendable(error, REGISTRY_HINT, 1, debug);
  if (debug) return { text: `unexpected error: ${inspect(error)}`, exitCode: UNEXPECTED_EXIT_CODE };
  const message = error instanceof Error ? error.message || error.name : String(error);
  return {
    text: `unexpected error: ${message.split('\n', 1)[0]}\nrun again with --debug for the stack trace`,
    exitCode: UNEXPECTED_EXIT_CODE,
  };
}

function mendable(error: Error, hint: string | undefined, exitCode: number, debug: boolean): Failure {
  const lines = [`error: ${error.message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]), ...(debug ? [inspect(error)] : [])];
  return { text: lines.join('\n'), exitCode };
}
