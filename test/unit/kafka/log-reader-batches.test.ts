import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AbortedTransactionFilter } from '../../../src/kafka/aborted-transactions.ts';
import { UnsupportedCompression } from '../../../src/kafka/compression.ts';
import { CorruptBatch, decodeRecordSet } from '../../../src/kafka/record-batch.ts';
import { dataBatch, emptiedBatch, markerBatch, stampedByBroker } from './batches.ts';

const text = (value: string) => Buffer.from(value);
const readAll = async (batches: Buffer[], from = 0, aborted: { producerId: number; firstOffset: number }[] = []) => {
  const { records, nextOffset } = await decodeRecordSet(Buffer.concat(batches), from, new AbortedTransactionFilter(aborted));
  return { records: [...records], nextOffset };
};

describe('records of a fetched batch', () => {
  test('have offset, record time, key, value and headers', async () => {
    const batch = await dataBatch({
      baseOffset: 40,
      baseTimestamp: 1_700_000_000_000,
      records: [
        { key: text('EURUSD'), value: text('first'), headers: { source: text('a') } },
        { key: null, value: null, timestampDelta: -5_000_000_000 },
      ],
    });
    const { records, nextOffset } = await readAll([batch]);
    expect(records).toEqual([
      {
        offset: 40,
        timestamp: 1_700_000_000_000,
        key: text('EURUSD'),
        value: text('first'),
        headers: [{ key: 'source', value: text('a') }],
      },
      { offset: 41, timestamp: 1_695_000_000_000, key: null, value: null, headers: [] },
    ]);
    expect(nextOffset).toBe(42);
  });

  test('keep the order of their headers and every repeat of a key', async () => {
    const headers = { zone: text('1'), via: [text('x'), text('y')], area: text('') };
    const { records } = await readAll([await dataBatch({ baseOffset: 0, records: [{ headers }] })]);
    expect(records[0]?.headers).toEqual([
      { key: 'zone', value: text('1') },
      { key: 'via', value: text('x') },
      { key: 'via', value: text('y') },
      { key: 'area', value: text('') },
    ]);
  });

  test('begin exactly at the offset asked for, though the batch begins before it', async () => {
    const records = [{ value: text('a') }, { value: text('b') }, { value: text('c') }];
    const batches = [await dataBatch({ baseOffset: 0, records }), await dataBatch({ baseOffset: 3, records })];
    const read = await readAll(batches, 4);
    expect(read.records.map(({ offset, value }) => [offset, String(value)])).toEqual([
      [4, 'b'],
      [5, 'c'],
    ]);
    expect(read.nextOffset).toBe(6);
  });

  test('come out of gzip', async () => {
    const records = Array.from({ length: 500 }, (_, index) => ({ key: text('EURUSD'), value: text(`tick ${index}`), offsetDelta: index }));
    const read = await readAll([await dataBatch({ baseOffset: 7, compression: 1, records })], 10);
    expect(read.records.map(({ offset, value }) => `${offset} ${value}`)).toEqual(
      records.slice(3).map(({ value }, index) => `${index + 10} ${value}`),
    );
  });

  test('come out of gzip and plain batches of the same response, in order', async () => {
    const values = Array.from({ length: 30 }, (_, i) => `${i}${'x'.repeat(i * 7)}`);
    const batches = await Promise.all(
      values.map((value, i) =>
        dataBatch({ baseOffset: i, compression: i % 3 === 0 ? 0 : 1, records: [{ key: text(`k${i}`), value: text(value) }] }),
      ),
    );
    const { records } = await readAll(batches);
    expect(records.map(({ key, value }) => [String(key), String(value)])).toEqual(values.map((value, i) => [`k${i}`, value]));
  });

  test('carry the broker’s time where the topic is stamped on append', async () => {
    const batch = await dataBatch({ baseOffset: 0, baseTimestamp: 1_000, records: [{}, { timestampDelta: 25 }] });
    expect((await readAll([stampedByBroker(batch)])).records.map(({ timestamp }) => timestamp)).toEqual([1_025, 1_025]);
  });

  test('are read whatever their bytes, sizes, times and gaps are', async () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));
    const record = fc.record({ key: bytes, value: bytes, gap: fc.integer({ min: 0, max: 100_000 }), timestampDelta: fc.integer() });
    const set = fc.record({
      baseOffset: fc.nat({ max: 2 ** 31 - 1 }),
      compression: fc.constantFrom(0, 1),
      records: fc.array(record, { minLength: 1, maxLength: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(set, async ({ baseOffset, compression, records }) => {
        let next = 0;
        const placed = records.map(({ gap, ...rest }) => {
          const offsetDelta = next + gap;
          next = offsetDelta + 1;
          return { ...rest, offsetDelta };
        });
        const read = await readAll([await dataBatch({ baseOffset, compression, records: placed })], baseOffset);
        const expected = placed.map(({ key, value, ...deltas }) => {
          return { offset: baseOffset + deltas.offsetDelta, timestamp: 1_000 + deltas.timestampDelta, key, value, headers: [] };
        });
        expect(read.records).toEqual(expected);
        expect(read.nextOffset).toBe(baseOffset + next);
      }),
    );
  });
});

describe('the next offset', () => {
  test('counts markers and aborted records, of which none is delivered', async () => {
    const batches = [
      await dataBatch({ baseOffset: 0, producerId: 7, transactional: true, records: [{}, {}] }),
      await markerBatch(2, 7, 0),
      await dataBatch({ baseOffset: 3, producerId: 7, transactional: true, records: [{ value: text('kept') }] }),
      await markerBatch(4, 7, 1),
    ];
    const read = await readAll(batches, 0, [{ producerId: 7, firstOffset: 0 }]);
    expect(read.records.map(({ offset }) => offset)).toEqual([3]);
    expect(read.nextOffset).toBe(5);
  });

  test('passes a batch that compaction has emptied', async () => {
    expect(await readAll([await emptiedBatch(10, 19)], 10)).toEqual({ records: [], nextOffset: 20 });
  });

  test('stays before a batch of which only a part came', async () => {
    const whole = await dataBatch({ baseOffset: 0, records: [{}] });
    const part = (await dataBatch({ baseOffset: 1, records: [{ value: Buffer.alloc(100) }] })).subarray(0, 90);
    const read = await readAll([whole, part]);
    expect(read.records).toHaveLength(1);
    expect(read.nextOffset).toBe(1);
  });

  test('is the one asked for where nothing came', async () => {
    expect(await readAll([], 33)).toEqual({ records: [], nextOffset: 33 });
  });
});

describe('a user key of four zero bytes', () => {
  test('is data and ends no aborted transaction', async () => {
    const looksLikeMarker = { key: Buffer.from([0, 0, 0, 0]), value: text('data') };
    const batches = [
      await dataBatch({ baseOffset: 0, producerId: 7, transactional: true, records: [looksLikeMarker] }),
      await dataBatch({ baseOffset: 1, producerId: 7, transactional: true, records: [{ value: text('aborted') }] }),
      await markerBatch(2, 7, 0),
      await dataBatch({ baseOffset: 3, records: [looksLikeMarker] }),
    ];
    const read = await readAll(batches, 0, [{ producerId: 7, firstOffset: 0 }]);
    expect(read.records.map(({ offset }) => offset)).toEqual([3]);
  });
});

describe('bytes that are no batch', () => {
  test('a compression that Node does not know names itself and the way out', async () => {
    const batch = await dataBatch({ baseOffset: 0, records: [{}] });
    batch[22]! |= 0x03;
    await expect(readAll([batch])).rejects.toThrow(UnsupportedCompression);
    await expect(readAll([batch])).rejects.toThrow(/lz4/);
  });

  test('an unknown format is refused', async () => {
    const batch = await dataBatch({ baseOffset: 0, records: [{}] });
    batch[16] = 1;
    await expect(readAll([batch])).rejects.toThrow(CorruptBatch);
  });

  test('any damage to the records section either reads or is refused, but never hangs or reads past the end', async () => {
    const batch = await dataBatch({
      baseOffset: 0,
      records: Array.from({ length: 4 }, () => ({ key: text('key'), value: text('value') })),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 57, max: batch.length - 1 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const damaged = Buffer.from(batch);
        damaged[at] = byte;
        const outcome = await readAll([damaged]).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CorruptBatch);
      }),
    );
  });

  test('damaged gzip is an error, not a silent loss', async () => {
    const batch = await dataBatch({ baseOffset: 0, compression: 1, records: [{ value: text('x') }] });
    const damaged = Buffer.concat([batch.subarray(0, 61), Buffer.alloc(batch.length - 61, gzipSync('other')[0])]);
    await expect(readAll([damaged])).rejects.toThrow();
  });
});
