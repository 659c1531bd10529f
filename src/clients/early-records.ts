import type { ReadOptions } from './feature-consumer.ts';

/**
 * What a partition has before the first record of the time to begin at. A broker's lookup may point too far to the front: it takes the marker of a
 * transaction, which is stamped with the wall clock, for a record of that time.
 */
export class EarlyRecords {
  readonly #from: number | null;
  readonly #partitions: Set<number>;

  /** `from` as given to the read of these partitions. */
  constructor(from: ReadOptions['from'], partitions: Iterable<number>) {
    this.#from = typeof from === 'number' ? from : null;
    this.#partitions = new Set(partitions);
  }

  /** Whether the next record of a partition is one of them. */
  has(partition: number, timestamp: number): boolean {
    if (this.#from === null || !this.#partitions.has(partition)) return false;
    if (timestamp < this.#from) return true;
    this.#partitions.delete(partition);
    return false;
  }
}
