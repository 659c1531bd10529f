/** Which batches a read_committed reader leaves out. kafkajs' own filter leaks records where aborted transactions interleave, and trips over user keys. */

/** A transaction that was aborted, as a Fetch response lists it: everything its producer wrote transactionally from here to its abort marker is void. */
export interface AbortedTransaction {
  producerId: number;
  firstOffset: number;
}

/** What the filter looks at. A batch is of one producer and one transaction, so it is dropped or kept as a whole. */
export interface BatchIdentity {
  /** Of the last record it was written with; compaction may have removed that record. */
  lastOffset: number;
  producerId: number;
  isTransactional: boolean;
  /** What a control batch says; undefined for a batch of data, whatever its keys are. */
  marker: 'abort' | 'commit' | 'other' | undefined;
}

/** Follows the aborted transactions of one partition through one Fetch response. Ask it about every batch, in offset order. */
export class AbortedTransactionFilter {
  /** Not yet reached, the nearest one last. Brokers list them in no order. */
  readonly #ahead: AbortedTransaction[];
  /** Producers inside an aborted transaction at the current offset. */
  readonly #aborting = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Whether the batch holds nothing for a read_committed reader: a control batch, or data of an aborted transaction. */
  drops(batch: BatchIdentity): boolean {
    for (let next = this.#ahead.at(-1); next !== undefined && next.firstOffset <= batch.lastOffset; next = this.#ahead.at(-1)) {
      this.#aborting.add(next.producerId);
      this.#ahead.pop();
    }
    if (batch.marker === 'abort') this.#aborting.delete(batch.producerId);
    return batch.marker !== undefined || (batch.isTransactional && this.#aborting.has(batch.producerId));
  }
}
