/** A tier-1 record that a join has read but whose T has not gone out. */
interface Waiting {
  readonly offset: number;
  readonly timestampUtc: number;
}

/**
 * How far a join has come in one tier-1 partition. Records whose T is pending are not part of its state: the position that it saves is that
 * of the first of them, and a successor reads on from there.
 */
export class JoinInput {
  readonly partition: number;
  /** The universe's symbols on it, by index. */
  readonly symbols: readonly number[];
  /** Next offset to read; null before anything is known: at the partition's first record. */
  position: number | null = null;
  #waiting: Waiting[] = [];

  constructor(partition: number, symbols: readonly number[]) {
    this.partition = partition;
    this.symbols = symbols;
  }

  /** Notes a record that was handed to the join. */
  delivered(offset: number, timestampUtc: number): void {
    this.#waiting.push({ offset, timestampUtc });
  }

  /** Every T up to this one has gone out. */
  emitted(upTo: number): void {
    const kept = this.#waiting.findIndex(({ timestampUtc }) => timestampUtc > upTo);
    if (kept !== 0) this.#waiting = kept === -1 ? [] : this.#waiting.slice(kept);
  }

  /** The offset that a successor begins at, null where nothing has been read. */
  get savedPosition(): number | null {
    return this.#waiting[0]?.offset ?? this.position;
  }
}
