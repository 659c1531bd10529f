import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/domain/reason.ts';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { HaltLimits } from '../../../src/worker/halt-limits.ts';
import { PartitionTable } from '../../../topology/partition-table.ts';
import type { HaltSettings } from '../../../topology/settings.ts';

const SHARE: HaltSettings = { maxDeadLetterShare: 0.25, deadLetterWindow: 8, deadLetterMinRecords: 4, onSchemaRefusal: false };
const SCHEMA: HaltSettings = { ...SHARE, maxDeadLetterShare: null, onSchemaRefusal: true };
/** Partition 0 is shared, EURUSD has 1 and GBPUSD 2. */
const TABLE = new PartitionTable({ sharedPartitions: 1, symbols: ['EURUSD', 'GBPUSD'] }, murmur2Partition);

/** Limits over a partition, and the symbols that they halted. */
function watch(settings: HaltSettings, partition: number, owner: string | null) {
  const halted: string[] = [];
  const limits = new HaltLimits(settings, partition, owner, TABLE, (symbol) => halted.push(symbol));
  const note = (key: string | null, ...refusals: (Refusal | null)[]) => {
    for (const refusal of refusals) {
      limits.note({ offset: 0, timestamp: 0, key: key === null ? null : Buffer.from(key), value: null, headers: [] }, refusal);
    }
  };
  return { halted, note };
}

describe('the share of dead letters', () => {
  it('is looked at once there are enough records, and halts above the limit, not at it', () => {
    const { halted, note } = watch(SHARE, 1, 'EURUSD');
    note('EURUSD', 'CROSSED', null, null, null);
    expect(halted).toEqual([]);
    note('EURUSD', 'LATE');
    expect(halted).toEqual(['EURUSD']);
  });

  it('is of the last records: old refusals are forgotten', () => {
    const { halted, note } = watch(SHARE, 1, 'EURUSD');
    for (let i = 0; i < 50; i++) note('EURUSD', null, null, null, 'CROSSED');
    expect(halted).toEqual([]);
    note('EURUSD', 'CROSSED');
    expect(halted).toEqual(['EURUSD']);
  });

  it('begins anew when it has halted: what comes after the resume is judged by itself', () => {
    const { halted, note } = watch(SHARE, 1, 'EURUSD');
    note('EURUSD', 'CROSSED', 'CROSSED', 'CROSSED', 'CROSSED', null, null, null, 'CROSSED');
    expect(halted).toEqual(['EURUSD']);
  });

  it('is counted symbol by symbol on a shared partition', () => {
    const { halted, note } = watch(SHARE, 0, null);
    note('GOOD', null, null, null, null, null, null);
    note('BAD', 'CROSSED', 'CROSSED', 'CROSSED', 'CROSSED');
    expect(halted).toEqual(['BAD']);
  });
});

describe('whose record it is', () => {
  it('one without a key, or with a key of elsewhere, counts for the symbol that has the partition for itself', () => {
    const { halted, note } = watch(SHARE, 1, 'EURUSD');
    note(null, 'UNDECODABLE', 'UNDECODABLE');
    note('GBPUSD', 'UNDECODABLE', 'UNDECODABLE');
    expect(halted).toEqual(['EURUSD']);
  });

  it('one without a key on a shared partition counts for nobody', () => {
    const { halted, note } = watch(SHARE, 0, null);
    note(null, ...Array<Refusal>(10).fill('UNDECODABLE'));
    expect(halted).toEqual([]);
  });

  it("a stranger's ticks say nothing about the symbol on whose partition they lie", () => {
    const { halted, note } = watch(SHARE, 1, 'EURUSD');
    note('GBPUSD', ...Array<Refusal>(10).fill('WRONG_PARTITION'));
    note('JPYUSD', ...Array<Refusal>(10).fill('UNLISTED'));
    expect(halted).toEqual([]);
  });
});

it('a schema that the registry does not know halts at once where that is asked for, and no other refusal does', () => {
  const { halted, note } = watch(SCHEMA, 1, 'EURUSD');
  note('EURUSD', ...Array<Refusal>(20).fill('CROSSED'));
  expect(halted).toEqual([]);
  note('EURUSD', 'UNKNOWN_SCHEMA');
  expect(halted).toEqual(['EURUSD']);
});

it.each([
  [SHARE, true],
  [SCHEMA, true],
  [{ ...SHARE, maxDeadLetterShare: 0 }, true],
  [{ ...SHARE, maxDeadLetterShare: null }, false],
])('records are counted only where a limit is set: %o', (settings, isSet) => {
  expect(HaltLimits.areSet(settings)).toBe(isSet);
});
