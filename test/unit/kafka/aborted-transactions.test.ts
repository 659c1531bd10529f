import { describe, expect, test } from 'vitest';
import { AbortedTransactionFilter } from '../../../src/kafka/aborted-transactions.ts';

const data = (lastOffset: number, producerId: number, isTransactional = true) => ({
  lastOffset,
  producerId,
  isTransactional,
  marker: undefined,
});
const abort = (lastOffset: number, producerId: number) => ({ lastOffset, producerId, isTransactional: true, marker: 'abort' as const });
const commit = (lastOffset: number, producerId: number) => ({ lastOffset, producerId, isTransactional: true, marker: 'commit' as const });

/** The offsets of the batches that are kept. */
function kept(
  aborted: { producerId: number; firstOffset: number }[],
  batches: Parameters<AbortedTransactionFilter['drops']>[0][],
): number[] {
  const filter = new AbortedTransactionFilter(aborted);
  return batches.filter((batch) => !filter.drops(batch)).map(({ lastOffset }) => lastOffset);
}

describe('what read_committed leaves out', () => {
  test('nothing but the markers where nothing was aborted', () => {
    expect(kept([], [data(0, 7), data(1, -1, false), commit(2, 7), data(3, 7)])).toEqual([0, 1, 3]);
  });

  test('an aborted transaction up to its marker, and what follows is kept', () => {
    expect(kept([{ producerId: 7, firstOffset: 1 }], [data(0, 8), data(1, 7), data(2, 7), abort(3, 7), data(4, 7)])).toEqual([0, 4]);
  });

  test('two interleaved aborted transactions, listed in the order in which they ended', () => {
    const aborted = [
      { producerId: 8, firstOffset: 1 },
      { producerId: 7, firstOffset: 0 },
    ];
    expect(kept(aborted, [data(0, 7), data(1, 8), data(2, 7), abort(3, 8), data(4, 7), abort(5, 7), data(6, 8)])).toEqual([6]);
  });

  test('two aborted transactions of one producer, but not the committed one between them', () => {
    const aborted = [
      { producerId: 7, firstOffset: 0 },
      { producerId: 7, firstOffset: 4 },
    ];
    expect(kept(aborted, [data(0, 7), abort(1, 7), data(2, 7), commit(3, 7), data(4, 7), abort(5, 7), data(6, 7)])).toEqual([2, 6]);
  });

  test('the rest of a transaction that began before the first batch read', () => {
    expect(kept([{ producerId: 7, firstOffset: 2 }], [data(90, 7), data(91, 8), abort(92, 7), data(93, 7)])).toEqual([91, 93]);
  });

  test('never what its producer wrote outside of transactions', () => {
    expect(kept([{ producerId: 7, firstOffset: 0 }], [data(0, 7, false), data(1, 7), abort(2, 7)])).toEqual([0]);
  });

  test('from the batch on that an aborted transaction begins in, also where it is not the batch’s first offset', () => {
    expect(kept([{ producerId: 7, firstOffset: 3 }], [data(5, 7), abort(6, 7)])).toEqual([]);
  });
});
