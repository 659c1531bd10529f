import type { ControlState } from '../codec/generated/records.ts';

/** The key of the control topic that halts every symbol, and the joins. */
export const ALL_SYMBOLS = '*';

/** A halt in force. */
export interface Halt {
  /** A symbol, or `*`: all of them. */
  readonly target: string;
  /** Why; null where nobody said. */
  readonly reason: string | null;
  /** Who asked, as user@host or the name of a worker; null where it is not known. */
  readonly requestedBy: string | null;
  /** When, UTC epoch ms. */
  readonly requestedAt: number;
}

/** What is halted, as the newest control record of every key says. */
export class HaltBook {
  readonly #halts = new Map<string, Halt>();

  /** Takes over the newest record of a target, null where it was deleted. True where the target was halted or resumed by it. */
  apply(target: string, state: ControlState | null): boolean {
    const wasHalted = this.#halts.has(target);
    if (state?.halted !== true) return this.#halts.delete(target);
    const { reason, requested_by: requestedBy, requested_at: requestedAt } = state;
    this.#halts.set(target, { target, reason, requestedBy, requestedAt });
    return !wasHalted;
  }

  /** The halt of a target itself, null where there is none: a symbol under a halt of all may have none of its own. */
  of(target: string): Halt | null {
    return this.#halts.get(target) ?? null;
  }

  /** All halts, the oldest first. */
  all(): Halt[] {
    return [...this.#halts.values()].sort((a, b) => a.requestedAt - b.requestedAt || (a.target < b.target ? -1 : 1));
  }
}
