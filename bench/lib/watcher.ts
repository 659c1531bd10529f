import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import type { Installation } from './installation.ts';
import type { Expected } from './market.ts';
import type { Scope } from './scope.ts';
import type { WatcherMessage, WatcherTask } from './watcher-messages.ts';

/** What the watcher saw. Times are wall clock ms. */
export interface Watched {
  readonly firstAt: number;
  readonly doneAt: number;
  readonly matrices: number;
  /** Matrices whose version was not one more than that of the one before. */
  readonly versionGaps: number;
}

/** Watches bars and matrices from a process of its own, so that neither the worker nor the benchmark is in its way. */
export class Watcher {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #stop: () => Promise<void>;
  #firstAt: number | null = null;
  readonly #done: Promise<Watched>;

  private constructor(scope: Scope, child: ChildProcess, ready: () => void) {
    this.#child = child;
    this.pid = child.pid!;
    this.#stop = scope.defer(() => this.#child.kill());
    this.#done = new Promise((resolve, reject) => {
      child.on('message', (message: WatcherMessage) => {
        if (message.event === 'ready') ready();
        else if (message.event === 'first') this.#firstAt = message.at;
        else resolve({ firstAt: this.#firstAt ?? message.at, doneAt: message.at, ...message });
      });
      child.once('exit', (code, signal) => reject(new Error(`the watching process ended: ${code ?? signal}`)));
    });
    // Whoever awaits it sees the rejection.
    this.#done.catch(() => {});
  }

  /** Resolves when it reads. */
  static async start(scope: Scope, installation: Installation, { lastWindowEnds }: Expected): Promise<Watcher> {
    const { brokers, registryUrl } = installation.platform;
    const topics = { bars: installation.topic('clean-ohlcv'), matrices: installation.topic('features-tier2') };
    const task: WatcherTask = { brokers, registryUrl, ...topics, lastWindowEnds };
    const child = fork(join(import.meta.dirname, 'watcher-main.ts'), [JSON.stringify(task)], {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ready = Promise.withResolvers<void>();
    const watcher = new Watcher(scope, child, ready.resolve);
    await Promise.race([ready.promise, watcher.#done]);
    return watcher;
  }

  /** Resolves when the last matrix can be read. Throws UserError after `limitMs`. */
  async done(limitMs: number): Promise<Watched> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new UserError(`the last matrix did not come within ${limitMs / 1_000} s`)), limitMs);
    });
    try {
      return await Promise.race([this.#done, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    await this.#stop();
  }
}
