import { ErrorCode, errorCodeOf } from './response-error.ts';

/** The coordinator did not hear this member, or did not answer it, for the session timeout: it has been removed, or is about to be. */
export class SessionExpired extends Error {
  override readonly name: string = 'SessionExpired';
}

/** What one heartbeat told. 'unheard' brings the error: no answer, or one from a broker that is not the coordinator. */
export type Pulse = { state: 'member' | 'rebalancing' } | { state: 'unheard'; error: Error };

/** Knows when the coordinator last heard this member. Times are of performance.now(). */
export class Heartbeat {
  readonly #sessionTimeoutMs: number;
  readonly #patienceMs: number;
  #lastHeardMs = Number.NEGATIVE_INFINITY;

  /** `patienceMs` is how long a single heartbeat is waited for even where the session seems over. */
  constructor(sessionTimeoutMs: number, patienceMs: number) {
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#patienceMs = patienceMs;
  }

  /** The coordinator answered a request as to a member. It heard us at `atMs` or later. */
  heard(atMs = performance.now()): void {
    this.#lastHeardMs = Math.max(this.#lastHeardMs, atMs);
  }

  /** Whether the session timeout has passed since then. */
  get isExpired(): boolean {
    return performance.now() - this.#lastHeardMs > this.#sessionTimeoutMs;
  }

  /** Sends one heartbeat by `send`. Throws SessionExpired, and the coordinator's answer where it no longer knows the member. */
  async beat(send: () => Promise<void>): Promise<Pulse> {
    // A process that was frozen or too busy still asks once: the group may not have noticed either.
    const sentMs = performance.now();
    const limitMs = Math.max(this.#lastHeardMs + this.#sessionTimeoutMs - sentMs, this.#patienceMs);
    try {
      await this.#answerWithin(limitMs, send());
      // Not of now: the answer may have waited for a frozen process.
      this.heard(sentMs);
      return { state: 'member' };
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === ErrorCode.rebalanceInProgress) {
        this.heard(sentMs);
        return { state: 'rebalancing' };
      }
      if (isRemoval(code) || error instanceof SessionExpired) throw error;
      if (this.isExpired) throw new SessionExpired((error as Error).message, { cause: error });
      return { state: 'unheard', error: error as Error };
    }
  }

  async #answerWithin(limitMs: number, answer: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new SessionExpired(`the group coordinator did not answer for ${this.#sessionTimeoutMs} ms`)),
        limitMs,
      );
    });
    try {
      await Promise.race([answer, expiry]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether a coordinator's answer says that this member, or its generation, is no longer one of the group. */
export function isRemoval(code: number | undefined): boolean {
  return code === ErrorCode.unknownMemberId || code === ErrorCode.illegalGeneration || code === ErrorCode.fencedInstanceId;
}
