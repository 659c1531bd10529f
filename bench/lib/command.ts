import type { Command } from 'commander';
import type { Progress } from './progress.ts';
import type { BenchResult } from './result.ts';
import type { Scope } from './scope.ts';

/** What every benchmark is given. */
export interface BenchContext {
  readonly progress: Progress;
  /** Whatever the benchmark starts is ended through it, also at Ctrl-C. */
  readonly scope: Scope;
}

/** One benchmark of the command line: a file of its own in bench/, named like it. */
export interface BenchCommand {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** What is measured and how, for its --help. */
  readonly description: string;
  /** Command lines with what they do, one a line. */
  readonly examples: string;
  /** Adds its options; `run` is given what commander makes of them. `--json` is there already. */
  configure(command: Command): void;
  // biome-ignore lint/suspicious/noExplicitAny: commander hands over whatever the options of `configure` make.
  run(options: any, context: BenchContext): Promise<BenchResult>;
}
