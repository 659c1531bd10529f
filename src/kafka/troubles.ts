import { pauseMs } from './retry.ts';

/** Something that failed and is tried again: nothing is lost, but what it names does not move meanwhile. */
export interface Trouble {
  /** Partitions as topic-partition, or 'topic NAME' where its leaders cannot be found. */
  what: readonly string[];
  error: Error;
  /** How often in a row the first of them has failed. */
  attempts: number;
}

/** What is in trouble, since how many attempts, and when to try it next. Times are of performance.now(). */
export class Troubles {
  readonly #inTrouble = new Map<string, { attempts: number; retryAt: number }>();
  readonly #onTrouble: (trouble: Trouble) => void;
  readonly #onRecovered: () => void;

  /** `onTrouble` hears of every failure; `onRecovered` when nothing is in trouble any more. */
  constructor(onTrouble: (trouble: Trouble) => void, onRecovered: () => void) {
    this.#onTrouble = onTrouble;
    this.#onRecovered = onRecovered;
  }

  /** One cause kept all of these from moving. */
  failed(what: readonly string[], error: Error): void {
    const first = what[0];
    if (first === undefined) return;
    for (const name of what) {
      const attempts = (this.#inTrouble.get(name)?.attempts ?? 0) + 1;
      this.#inTrouble.set(name, { attempts, retryAt: performance.now() + pauseMs(attempts) });
    }
    this.#onTrouble({ what, error, attempts: this.#inTrouble.get(first)!.attempts });
  }

  /** It worked, or nobody wants it any more. */
  settled(name: string): void {
    if (this.#inTrouble.delete(name) && this.#inTrouble.size === 0) this.#onRecovered();
  }

  /** When to try it next; 0 where it is not in trouble. */
  retryAt(name: string): number {
    return this.#inTrouble.get(name)?.retryAt ?? 0;
  }

  /** The next moment after `now` at which something may be tried again; Infinity where there is none. */
  nextRetryAfter(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { retryAt } of this.#inTrouble.values()) if (retryAt > now) next = Math.min(next, retryAt);
    return next;
  }
}
