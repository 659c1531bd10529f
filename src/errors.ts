/**
 * An error a person can act on: what happened, where, and what to do about it.
 * The command line prints it as one line (message, then hint) with a non-zero exit code; a stack trace only with --debug.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** What to do about it, as one sentence; undefined where the message says it all. */
  readonly hint: string | undefined;
  /** The process exit code: 2 for wrong usage or settings, 1 for all else. */
  readonly exitCode: number;

  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}
