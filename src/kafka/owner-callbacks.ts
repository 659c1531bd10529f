import type { AssignmentChange, GroupMemberOptions, LostReason } from './group-member-options.ts';

/** What the owner of a member's partitions is told. */
export type Owner = Pick<GroupMemberOptions, 'onAssigned' | 'onLost' | 'onRebalancing'>;

/**
 * Tells the owner of a member's partitions what becomes of them: one callback at a time, in order. A loss of everything overtakes them, and an
 * assignment from before it that the owner has not heard of is not told any more.
 */
export class OwnerCallbacks {
  readonly #owner: Owner;
  readonly #onError: (error: Error) => void;
  #chain: Promise<void> = Promise.resolve();
  #losses = 0;
  /** Assignments whose callback has not begun. */
  #untold = 0;
  #isStopped = false;

  /** `onError` hears of what a callback throws. */
  constructor(owner: Owner, onError: (error: Error) => void) {
    this.#owner = owner;
    this.#onError = onError;
  }

  /** A new generation. */
  assigned(change: AssignmentChange): void {
    const losses = this.#losses;
    this.#untold++;
    void this.#call(() => {
      this.#untold--;
      return losses === this.#losses ? this.#owner.onAssigned(change) : undefined;
    });
  }

  /** Resolves when the owner is ready for the rejoin. */
  rebalancing(): Promise<void> {
    return this.#call(() => this.#owner.onRebalancing?.());
  }

  /**
   * Nothing is held any more; `hadAny`: until now something was. Says whether the owner was told: a member that held nothing may have given its
   * partitions up in an assignment that its owner does not know of.
   */
  lost(reason: LostReason, hadAny: boolean): boolean {
    this.#losses++;
    if (!hadAny && this.#untold === 0) return false;
    try {
      this.#owner.onLost(reason);
    } catch (error) {
      this.#onError(error as Error);
    }
    return true;
  }

  /** Calls nothing back any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Never rejects. */
  #call(callback: () => Promise<void> | void): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      try {
        if (!this.#isStopped) await callback();
      } catch (error) {
        this.#onError(error as Error);
      }
    });
    return this.#chain;
  }
}
