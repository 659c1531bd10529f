import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { packageRoot } from '../../src/paths.ts';
import { tailOfFile } from '../../src/platform/logs.ts';
import type { BenchPlatform } from './platform.ts';
import type { Scope } from './scope.ts';
import { type TreeUsage, treeUsage } from './usage.ts';

/** How long a worker may take to commit and leave, ms. */
const STOP_LIMIT_MS = 15_000;
const SAMPLE_MS = 50;

/** How a worker is started. */
export interface WorkerOptions {
  readonly settingsFile: string;
  readonly workers: number;
  /** Default: all. */
  readonly stages?: string;
  /** To end when the input that is there has been worked off. */
  readonly untilEnd?: boolean;
  /** Options of Node's own, before the program. */
  readonly nodeOptions?: readonly string[];
}

/** `arbitrex run` as users run it: the built program, in processes of its own. */
export class WorkerProcess {
  /** When it was started, wall clock ms. */
  readonly startedAt: number;
  readonly pid: number;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isStopping = false;

  private constructor(child: ChildProcess, startedAt: number, logFile: string) {
    this.#child = child;
    this.startedAt = startedAt;
    this.pid = child.pid!;
    this.logFile = logFile;
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Starts it; it ends with the scope. */
  static start(scope: Scope, platform: BenchPlatform, options: WorkerOptions): WorkerProcess {
    const { settingsFile, workers, stages = 'all', untilEnd = false, nodeOptions = [] } = options;
    const logFile = join(platform.folder, `worker-${performance.now().toFixed(3)}.log`);
    const log = openSync(logFile, 'a');
    const program = join(packageRoot, 'dist/src/cli/main.js');
    const end = untilEnd ? ['--until-end'] : [];
    const args = [...nodeOptions, program, 'run', '--stages', stages, '--workers', String(workers), '--settings', settingsFile, ...end];
    const startedAt = Date.now();
    const child = spawn(process.execPath, args, {
      // A group of its own: Ctrl-C on the terminal is for the benchmark to pass on.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, KAFKA_BROKERS: platform.brokers.join(','), SCHEMA_REGISTRY_URL: platform.registryUrl },
    });
    closeSync(log);
    const worker = new WorkerProcess(child, startedAt, logFile);
    scope.defer(() => worker.stop());
    return worker;
  }

  /** Rejects, with the end of its log, should it end before it is stopped; never resolves. */
  async failed(): Promise<never> {
    await this.#ended;
    if (this.#isStopping) return await new Promise(() => {});
    throw new UserError(`a worker ended by itself; the end of its log:\n${tailOfFile(this.logFile)}`);
  }

  /** Resolves when it has ended by itself, to its processor seconds. Throws UserError, with the end of its log, where it did not end well. */
  async cpuAtEnd(): Promise<number> {
    let cpuS = 0;
    const timer = setInterval(() => {
      cpuS = Math.max(cpuS, this.usage().cpuS);
    }, SAMPLE_MS);
    await this.#ended;
    clearInterval(timer);
    if (this.#child.exitCode !== 0) throw new UserError(`a worker failed; the end of its log:\n${tailOfFile(this.logFile)}`);
    return cpuS;
  }

  /** What it and its children have used so far. */
  usage(): TreeUsage {
    return treeUsage(this.pid);
  }

  /** Has it commit and leave; kills it where that takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
