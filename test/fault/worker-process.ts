import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';

/** How one worker ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a worker process is started with. */
export interface WorkerOptions {
  readonly settingsFile: string;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly logFile: string;
  /** Folder for compiled sources. */
  readonly compileCache: string;
  /** To end when the input that is there has been worked off. */
  readonly untilEnd?: boolean;
  /** As ARBITREX_FAULT. */
  readonly fault?: string | undefined;
  readonly stages?: string;
  /** Folder of the package whose worker it is; default: this one. */
  readonly root?: string;
}

/** A real worker: `arbitrex run` in a process of its own, run from the sources. */
export class WorkerProcess {
  readonly ended: Promise<Ending>;
  readonly logFile: string;
  readonly #child: ChildProcess;
  #ending: Ending | null = null;

  constructor(options: WorkerOptions) {
    const { settingsFile, brokers, registryUrl, logFile, untilEnd = false, fault, stages = 'all', root = packageRoot } = options;
    const log = openSync(logFile, 'a');
    const end = untilEnd ? ['--until-end'] : [];
    const args = [join(root, 'src/cli/main.ts'), 'run', '--stages', stages, '--settings', settingsFile, '--json', ...end];
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        // Most of a worker's start would be the reading of its sources.
        NODE_COMPILE_CACHE: options.compileCache,
        KAFKA_BROKERS: brokers.join(','),
        SCHEMA_REGISTRY_URL: registryUrl,
        ...(fault === undefined ? {} : { ARBITREX_FAULT: fault }),
      },
    });
    closeSync(log);
    this.logFile = logFile;
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#ending = { code, signal };
        resolve(this.#ending);
      });
    });
  }

  /** How it ended; null while it runs, or is stopped. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** True where it has been stopped by SIGSTOP. */
  get isFrozen(): boolean {
    if (this.#ending !== null) return false;
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  }

  /** True once its log has a line with this text. */
  hasLogged(text: string): boolean {
    return readFileSync(this.logFile, 'utf8').includes(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
