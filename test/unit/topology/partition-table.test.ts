import { describe, expect, it } from 'vitest';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { decodePartitionRule, encodePartitionRule } from '../../../topology/partition-record.ts';
import { PartitionTable, symbolPartitions } from '../../../topology/partition-table.ts';

describe('the partition of a symbol', () => {
  const symbols = ['EURUSD', 'GBPUSD', 'USDJPY'];

  it('is its place in the list where no partition is shared; an unlisted symbol has none', () => {
    const table = new PartitionTable({ sharedPartitions: 0, symbols }, murmur2Partition);
    expect(symbols.map((symbol) => table.partitionOf(symbol))).toEqual([0, 1, 2]);
    expect(table.partitionOf('XAUUSD')).toBeNull();
    expect(table.partitions).toBe(3);
  });

  it('comes after the shared partitions, on which unlisted symbols fall by murmur2 of their UTF-8', () => {
    const table = new PartitionTable({ sharedPartitions: 4, symbols }, murmur2Partition);
    expect(symbols.map((symbol) => table.partitionOf(symbol))).toEqual([4, 5, 6]);
    for (const unlisted of ['XAUUSD', 'BTC/€', 'é']) {
      expect(table.partitionOf(unlisted)).toBe(murmur2Partition(Buffer.from(unlisted, 'utf8'), 4));
    }
    expect(table.partitions).toBe(7);
  });

  it('stays when a symbol is appended', () => {
    const before = new PartitionTable({ sharedPartitions: 2, symbols }, murmur2Partition);
    const after = new PartitionTable({ sharedPartitions: 2, symbols: [...symbols, 'AUDUSD'] }, murmur2Partition);
    for (const symbol of [...symbols, 'XAUUSD']) expect(after.partitionOf(symbol)).toBe(before.partitionOf(symbol));
    expect(after.partitionOf('AUDUSD')).toBe(5);
  });

  it('takes no part of its name for one of the language', () => {
    const table = new PartitionTable({ sharedPartitions: 0, symbols: ['__proto__'] }, murmur2Partition);
    expect(table.partitionOf('constructor')).toBeNull();
    expect(table.partitionOf('__proto__')).toBe(0);
  });
});

describe('the record of the rule in force', () => {
  const rule = { sharedPartitions: 2, symbols: ['EURUSD', 'USDJPY'] };

  it('is JSON that any client can read', () => {
    expect(JSON.parse(encodePartitionRule(rule))).toEqual({ format: 1, shared_partitions: 2, symbols: ['EURUSD', 'USDJPY'] });
    expect(decodePartitionRule(encodePartitionRule(rule))).toEqual(rule);
    expect(symbolPartitions(rule)).toBe(4);
  });

  it('is none where the text is something else, and an error where a newer version wrote it', () => {
    expect(decodePartitionRule('\u0000\u0000')).toBeNull();
    expect(decodePartitionRule('null')).toBeNull();
    expect(decodePartitionRule('{"symbols": 3}')).toBeNull();
    expect(() => decodePartitionRule('{"format": 2}')).toThrow('has format 2; this version reads 1');
  });
});
