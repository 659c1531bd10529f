import { describe, expect, it } from 'vitest';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { findTargets } from '../../../src/ops/halt-targets.ts';
import { PartitionTable } from '../../../topology/partition-table.ts';

const KNOWN = ['EURUSD', 'GBPUSD', 'XAUUSD', 'XAGUSD'];

function table(sharedPartitions: number): PartitionTable {
  return new PartitionTable({ sharedPartitions, symbols: ['EURUSD', 'GBPUSD'] }, murmur2Partition);
}

describe('what a halt of symbols reaches', () => {
  it('a listed symbol has its partition for itself', () => {
    expect(findTargets(['GBPUSD'], KNOWN, table(1))).toEqual([{ symbol: 'GBPUSD', partition: 2, together: [] }]);
  });

  it('symbols on a shared partition name each other; a symbol asked for twice counts once', () => {
    expect(findTargets(['XAUUSD', 'XAUUSD'], KNOWN, table(1))).toEqual([{ symbol: 'XAUUSD', partition: 0, together: ['XAGUSD'] }]);
  });

  it('a symbol that has lost its partition can still be resumed', () => {
    expect(findTargets(['XAUUSD'], KNOWN, table(0))).toEqual([{ symbol: 'XAUUSD', partition: null, together: [] }]);
  });

  it.each([
    ['EURSUD', 'did you mean EURUSD?'],
    ['ZZZ', 'known are EURUSD, GBPUSD, XAUUSD, XAGUSD'],
  ])('an unknown symbol is refused, with what may have been meant: %s', (symbol, hint) => {
    const find = () => findTargets(['EURUSD', symbol], KNOWN, table(1));
    expect(find).toThrow(expect.objectContaining({ name: 'UserError', hint, exitCode: 2 }));
    expect(find).toThrow(`there is no symbol ${symbol}`);
  });
});
