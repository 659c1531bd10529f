import type { OutputBuffer } from '../runtime/output-buffer.ts';

/** What may wait for a task's next commit before no more input is taken: input records worked on, and bytes of output. */
export interface CommitLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * How far a task has come in its input partition, what of it is committed, and up to where a rebuild holds outputs back: state that was
 * made under other settings, or is lost, is made again from the retained input; what was put out before stays as it is.
 */
export class InputProgress {
  #next: number | null = null;
  #committed: number | null = null;
  /** Outputs of records below this offset have been written by an earlier run. */
  #rebuiltAt = 0;
  /** Taken since the last commit, without those of a rebuild: a task that comes out of one has nothing to commit, and must not look full. */
  #records = 0;

  /**
   * Goes on at the group's position. `included` is the highest position that the restored state includes: at least once it can be ahead, of
   * some symbols and not of others, and the outputs up to it have been written; they are held back while the others catch up.
   */
  resume(committed: number | null, included: number | null): void {
    this.#committed = committed;
    this.#next = committed;
    this.#rebuiltAt = included ?? 0;
  }

  /** Begins at the partition's first record and holds outputs back up to the committed position. */
  rebuild(committed: number): void {
    this.#committed = committed;
    this.#rebuiltAt = committed;
  }

  /** Where reading goes on; null: at the partition's first record. */
  get next(): number | null {
    return this.#next;
  }

  get isRebuilding(): boolean {
    return (this.#next ?? 0) < this.#rebuiltAt;
  }

  /** True where a commit is due before more input is taken; never in a rebuild, which has nothing to commit. */
  isFull(waiting: OutputBuffer, limits: CommitLimits): boolean {
    return (this.#records >= limits.records || waiting.bytes >= limits.bytes) && !this.isRebuilding;
  }

  /** True where the position has moved since the last commit. A rebuild commits nothing before it is through: cut off, it begins anew. */
  get hasMoved(): boolean {
    return this.#next !== this.#committed && !this.isRebuilding;
  }

  /** True where the outputs of the record at `offset` have been written by an earlier run. */
  isHeldBack(offset: number): boolean {
    return offset < this.#rebuiltAt;
  }

  /** The record at `offset` has been worked on. */
  take(offset: number): void {
    this.#next = offset + 1;
    if (!this.isHeldBack(offset)) this.#records++;
  }

  /** Reading has come to `nextOffset`, over control and aborted records too. */
  reach(nextOffset: number): void {
    this.#next = Math.max(this.#next ?? 0, nextOffset);
  }

  /** A commit is being made: gives the position that it includes. */
  commit(): number {
    this.#records = 0;
    this.#committed = this.#next;
    return this.#next ?? 0;
  }
}
