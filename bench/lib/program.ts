import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { UserError } from '../../src/errors.ts';
import { tailOfFile } from '../../src/platform/logs.ts';
import type { Scope } from './scope.ts';

/** A program whose standard output is read line by line. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Takes what it says on standard error. */
  readonly logFile: string;
}

/** A program of others under way. It and all that it starts end with the scope. */
export class Program {
  readonly pid: number;
  /** What it prints, line by line; ends with it. Throws UserError where it ends with an error. */
  readonly lines: AsyncIterableIterator<string>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isStopped = false;

  private constructor(child: ChildProcess, options: ProgramOptions) {
    this.#child = child;
    this.pid = child.pid!;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    this.lines = this.#read(options);
  }

  static start(scope: Scope, options: ProgramOptions): Program {
    const log = openSync(options.logFile, 'a');
    // A process group of its own, so that what it has started can be ended with it.
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    const program = new Program(child, options);
    scope.defer(() => program.stop());
    return program;
  }

  /** Its output, once it has ended well. */
  async output(): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of this.lines) lines.push(line);
    return lines;
  }

  /** Ends it and its children; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      process.kill(-this.pid, 'SIGTERM');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await this.#ended;
  }

  async *#read({ command, logFile }: ProgramOptions): AsyncGenerator<string> {
    yield* createInterface({ input: this.#child.stdout! });
    await this.#ended;
    const { exitCode, signalCode } = this.#child;
    if (exitCode === 0 || this.#isStopped) return;
    throw new UserError(`${command} ended with ${exitCode ?? signalCode}; the end of its log:\n${tailOfFile(logFile)}`);
  }
}
