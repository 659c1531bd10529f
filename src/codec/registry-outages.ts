import type { Log } from '../log.ts';
import { throughOutage } from './through-outage.ts';

/** Something that waits for the registry. */
export interface RegistryWait {
  /** What is being tried, e.g. a task. */
  readonly what: string;
  /** What the registry did, or did not, at the last try. */
  readonly error: string;
  /** When it is tried again, ms from now. */
  readonly retryInMs: number;
}

/** The outages of the registry as one process meets them: waited out, logged at every try, and to be seen while they last. */
export class RegistryOutages {
  readonly #log: Log;
  readonly #waiting = new Map<string, { readonly error: string; readonly retryAtMs: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What has waited longest for the registry and still does; null where nothing does. */
  get current(): RegistryWait | null {
    for (const [what, { error, retryAtMs }] of this.#waiting) {
      return { what, error, retryInMs: Math.max(0, Math.round(retryAtMs - performance.now())) };
    }
    return null;
  }

  /** Repeats `attempt` until the registry has answered it, or `signal` is aborted: then it resolves with undefined. `what` names it. */
  async through<T>(what: string, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    try {
      const result = await throughOutage(attempt, signal, ({ message: error }, retryInMs) => {
        this.#waiting.set(what, { error, retryAtMs: performance.now() + retryInMs });
        this.#log.warn({ what, retryInMs, error }, 'the registry does not answer');
      });
      if (this.#waiting.has(what) && signal?.aborted !== true) this.#log.info({ what }, 'the registry answers again');
      return result;
    } finally {
      this.#waiting.delete(what);
    }
  }
}
