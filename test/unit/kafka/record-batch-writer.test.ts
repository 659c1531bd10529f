import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AbortedTransactionFilter } from '../../../src/kafka/aborted-transactions.ts';
import { crc32c } from '../../../src/kafka/crc32c.ts';
import { decodeRecordSet } from '../../../src/kafka/record-batch.ts';
import { type OutgoingRecord, RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts';

const STAMP = { producerId: 4_000_000_000_001n, producerEpoch: 3, firstSequence: 17, isTransactional: false };

function written(records: readonly OutgoingRecord[], limitBytes = 1_000_000): Buffer {
  const writer = new RecordBatchWriter(limitBytes);
  for (const record of records) expect(writer.tryAdd(record)).toBe(true);
  return writer.stamp(STAMP);
}

const read = async (batch: Buffer) => (await decodeRecordSet(batch, 0, new AbortedTransactionFilter([]))).records;

const bytes = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
);
const asBuffer = (value: Buffer | string | null) => (value === null ? null : Buffer.from(value));

describe('a batch', () => {
  test('reads back as it was written, whatever the keys, values, headers and times', async () => {
    const record = fc.record({
      partition: fc.constant(0),
      key: bytes,
      value: bytes,
      timestamp: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 50), max: 2 ** 50 })),
      headers: fc.array(fc.record({ key: fc.string({ unit: 'binary' }), value: bytes }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        const expected = records.map(({ key, value, timestamp, headers }, offset) => ({
          offset,
          timestamp,
          key: asBuffer(key),
          value: asBuffer(value),
          headers: headers.map((header) => ({ key: header.key, value: asBuffer(header.value) })),
        }));
        expect([...(await read(written(records)))]).toEqual(expected);
      }),
    );
  });

  test('stays below its limit, and says when a record is one too many', () => {
    const writer = new RecordBatchWriter(1_000);
    const record = { partition: 0, key: 'EURUSD', value: Buffer.alloc(100), timestamp: 0 };
    while (writer.tryAdd(record));
    // A record is counted by an upper bound of its size: eight would fit.
    expect(writer.count).toBe(7);
    expect(writer.stamp(STAMP).length).toBeLessThanOrEqual(1_000);
    expect(writer.sizeBytes).toBe(writer.stamp(STAMP).length);
  });

  test('takes one record above its limit, for the broker to judge', () => {
    expect(written([{ partition: 0, key: null, value: Buffer.alloc(5_000), timestamp: 0 }], 1_000).length).toBeGreaterThan(5_000);
  });

  test('carries the last stamp it was given', () => {
    const writer = new RecordBatchWriter(1_000);
    writer.tryAdd({ partition: 0, key: null, value: 'v', timestamp: 5 });
    writer.stamp(STAMP);
    const again = writer.stamp({ ...STAMP, firstSequence: 18 });
    expect(again).toEqual(
      written([{ partition: 0, key: null, value: 'v', timestamp: 5 }])
        .fill(again.subarray(17, 21), 17, 21)
        .fill(again.subarray(53, 57), 53, 57),
    );
    expect(again.readInt32BE(53)).toBe(18);
  });

  test.each([0.5, Number.NaN, 2 ** 60])('refuses the time %d', (timestamp) => {
    expect(() => new RecordBatchWriter(1_000).tryAdd({ partition: 0, key: null, value: null, timestamp })).toThrow(RangeError);
  });
});

test('the checksum is CRC-32C', () => {
  const text = Buffer.from('..123456789.');
  expect(crc32c(text, 2, 11)).toBe(0xe3069283);
});

test('the checksum of any stretch is that of one byte after the other', () => {
  const slowly = (bytes: Uint8Array): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(10), (array, start) => {
      expect(crc32c(array, Math.min(start, array.length), array.length)).toBe(slowly(array.subarray(start)));
    }),
  );
});
