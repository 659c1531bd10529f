import { join } from 'node:path';
import { HelperProcess } from './helper-process.ts';
import type { Installation } from './installation.ts';
import type { Expected } from './market.ts';
import type { Scope } from './scope.ts';
import type { WatcherMessage, WatcherTask } from './watcher-messages.ts';

const READY_LIMIT_MS = 60_000;

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
  readonly #process: HelperProcess<WatcherMessage>;

  private constructor(process: HelperProcess<WatcherMessage>) {
    this.#process = process;
  }

  /** Resolves when it reads. */
  static async start(scope: Scope, installation: Installation, { lastWindowEnds }: Expected): Promise<Watcher> {
    const { brokers, registryUrl } = installation.platform;
    const topics = { bars: installation.topic('clean-ohlcv'), matrices: installation.topic('features-tier2') };
    const task: WatcherTask = { brokers, registryUrl, ...topics, lastWindowEnds };
    const process = new HelperProcess<WatcherMessage>(scope, join(import.meta.dirname, 'watcher-main.ts'), task);
    await process.said('ready', READY_LIMIT_MS);
    return new Watcher(process);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves to when the first bar could be read, wall clock ms. Throws UserError after `limitMs`. */
  async first(limitMs: number): Promise<number> {
    return (await this.#process.said('first', limitMs)).at;
  }

  /** Resolves when the last matrix can be read. Throws UserError after `limitMs`. */
  async done(limitMs: number): Promise<Watched> {
    const { at: doneAt, matrices, versionGaps } = await this.#process.said('done', limitMs);
    return { firstAt: await this.first(limitMs), doneAt, matrices, versionGaps };
  }

  async end(): Promise<void> {
    await this.#process.end();
  }
}
