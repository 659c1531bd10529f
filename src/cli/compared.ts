import { checkSuffix, MAIN, type Suffix } from '../../topology/variant.ts';
import { UserError } from '../errors.ts';

/** What `features compare` is to compare, as one argument names it. */
export interface Compared {
  /** As it was given, for people. */
  readonly name: string;
  /** The pipeline whose records are meant; undefined: a settings file alone, which has none. */
  readonly suffix: Suffix | undefined;
  /** The settings file of its definition; null: not named. */
  readonly file: string | null;
}

/**
 * Reads an argument: `main` (or `-`, or nothing) or a suffix, with `=FILE` after it where its settings are known, or a file alone, which is told
 * from a suffix by a dot or a slash. Throws UserError where it is none of these.
 */
export function comparedOf(argument: string): Compared {
  const at = argument.indexOf('=');
  if (at === -1 && /[./\\]/.test(argument)) return { name: argument, suffix: undefined, file: argument };
  const name = at === -1 ? argument : argument.slice(0, at);
  const file = at === -1 ? null : argument.slice(at + 1);
  if (file === '') throw new UserError(`"${argument}" names no file after the =`, { exitCode: 2 });
  if (name === '' || name === '-' || name === MAIN) return { name: MAIN, suffix: null, file };
  checkSuffix(name);
  return { name, suffix: name, file };
}
