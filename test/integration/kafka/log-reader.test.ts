import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { KafkaUnreachable } from '../../../src/kafka/connection.ts';
import { type LogPlace, LogReader, type LogReaderOptions, OffsetOutOfRange, type Trouble } from '../../../src/kafka/log-reader.ts';
import { silentLog } from '../../../src/log.ts';
import { connectAdmin, connection, connectProducer, freshName, freshTopic, type Producer, readTo, valuesOf } from './support.ts';

/** Codecs, as a batch names them. */
const UNCOMPRESSED = 0;
const GZIP = 1;

const OPTIONS: LogReaderOptions = { isolation: 'read_committed', maxBytes: 1 << 20, maxBytesPerPartition: 1 << 20, maxWaitMs: 100 };

let admin: KafkaAdmin;
let producer: Producer;
let reader: LogReader;

beforeAll(async () => {
  admin = await connectAdmin();
  producer = await connectProducer();
});
afterAll(async () => {
  await producer.disconnect();
  await admin.close();
});
beforeEach(async () => {
  reader = await connectReader({});
});
afterEach(async () => {
  await reader.close();
});

async function connectReader(options: Partial<LogReaderOptions>): Promise<LogReader> {
  const connected = new LogReader(connection, silentLog, { ...OPTIONS, ...options });
  await connected.connect();
  return connected;
}

/** Writes the values to one partition as one batch. */
async function write(topic: string, values: string[], partition = 0, compression = UNCOMPRESSED): Promise<void> {
  await producer.send({
    topic,
    compression,
    messages: values.map((value, index) => ({ key: 'EURUSD', value, partition, timestamp: String(1_000 + index) })),
  });
}

describe('records', () => {
  test('come with offset, time, key and headers in their order', async () => {
    const topic = await freshTopic(admin, 'reader-fields');
    const headers = { zone: '1', via: ['x', 'y'], area: '2' };
    await producer.send({ topic, messages: [{ key: 'EURUSD', value: 'v', partition: 0, timestamp: '1700000000123', headers }] });
    reader.assign(topic, 0, 0);
    const [batch] = await readTo(reader, topic, 0, 1);
    const header = (key: string, value: string) => ({ key, value: Buffer.from(value) });
    expect({ ...batch, records: [...batch!.records] }).toEqual({
      topic,
      partition: 0,
      nextOffset: 1,
      highWatermark: 1,
      lastStableOffset: 1,
      records: [
        {
          offset: 0,
          timestamp: 1_700_000_000_123,
          key: Buffer.from('EURUSD'),
          value: Buffer.from('v'),
          headers: [header('zone', '1'), header('via', 'x'), header('via', 'y'), header('area', '2')],
        },
      ],
    });
  });

  test('begin at the offset asked for, within a batch', async () => {
    const topic = await freshTopic(admin, 'reader-within');
    await write(topic, ['a', 'b', 'c', 'd']);
    reader.assign(topic, 0, 2);
    expect(valuesOf(await readTo(reader, topic, 0, 4))).toEqual(['c', 'd']);
  });

  test('come out of gzip batches', async () => {
    const topic = await freshTopic(admin, 'reader-gzip');
    const values = Array.from({ length: 1_000 }, (_, index) => `tick ${index}`);
    await write(topic, values, 0, GZIP);
    reader.assign(topic, 0, 1);
    expect(valuesOf(await readTo(reader, topic, 0, 1_000))).toEqual(values.slice(1));
  });

  test('larger than every limit come through all the same', async () => {
    const topic = await freshTopic(admin, 'reader-large', 2);
    const small = await connectReader({ maxBytes: 1_000, maxBytesPerPartition: 500 });
    for (const partition of [0, 1]) await write(topic, ['x'.repeat(200_000)], partition);
    for (const partition of [0, 1]) small.assign(topic, partition, 0);
    const batches = [...(await readTo(small, topic, 0, 1)), ...(await readTo(small, topic, 1, 1))];
    expect(valuesOf(batches).map(({ length }) => length)).toEqual([200_000, 200_000]);
    await small.close();
  });
});

describe('many partitions', () => {
  test('take turns where a response holds one of them only', async () => {
    const partitions = 28;
    const batchesEach = 4;
    const topic = await freshTopic(admin, 'reader-turns', partitions);
    for (let round = 0; round < batchesEach; round++) {
      const messages = Array.from({ length: partitions }, (_, partition) => ({ value: 'x'.repeat(1_000), partition }));
      await producer.send({ topic, messages });
    }
    const narrow = await connectReader({ maxBytes: 1_500, maxBytesPerPartition: 1_500 });
    for (let partition = 0; partition < partitions; partition++) narrow.assign(topic, partition, 0);
    const positions = () => Array.from({ length: partitions }, (_, partition) => narrow.position(topic, partition)!);
    while (Math.min(...positions()) < batchesEach) {
      await narrow.fetch();
      expect(Math.max(...positions()) - Math.min(...positions())).toBeLessThanOrEqual(1);
    }
    await narrow.close();
  });
});

describe('a reader at the end', () => {
  test('gets nothing after maxWaitMs, and what comes while it waits', async () => {
    const topic = await freshTopic(admin, 'reader-end');
    reader.assign(topic, 0, 0);
    expect(await reader.fetch()).toEqual([]);
    expect(reader.lag(topic, 0)).toBe(0);
    const patient = await connectReader({ maxWaitMs: 20_000 });
    patient.assign(topic, 0, 0);
    const fetched = patient.fetch();
    await write(topic, ['late']);
    expect(valuesOf(await fetched)).toEqual(['late']);
    await patient.close();
  });

  test('knows its lag from the last answer', async () => {
    const topic = await freshTopic(admin, 'reader-lag');
    await write(topic, ['a', 'b', 'c']);
    expect(reader.lag(topic, 0)).toBeUndefined();
    reader.assign(topic, 0, 0);
    expect(reader.lag(topic, 0)).toBeUndefined();
    await readTo(reader, topic, 0, 3);
    reader.seek(topic, 0, 1);
    expect(reader.lag(topic, 0)).toBe(2);
  });

  test('ends a fetch at once when it is closed', async () => {
    const topic = await freshTopic(admin, 'reader-close');
    const patient = await connectReader({ maxWaitMs: 60_000 });
    patient.assign(topic, 0, 0);
    const fetched = patient.fetch();
    // The long poll has been sent once the first answer to another request of this reader is there.
    await patient.listOffsets(topic, [0], 'earliest');
    const start = performance.now();
    await patient.close();
    expect(await fetched).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await patient.fetch()).toEqual([]);
  });
});

describe('a fetch that was under way', () => {
  test('delivers nothing from before a seek', async () => {
    const topic = await freshTopic(admin, 'reader-seek');
    await write(topic, ['a', 'b', 'c']);
    reader.assign(topic, 0, 0);
    const fetched = reader.fetch();
    reader.seek(topic, 0, 2);
    expect(valuesOf([...(await fetched), ...(await readTo(reader, topic, 0, 3))])).toEqual(['c']);
  });

  test('delivers nothing of a partition that was taken away, and starts anew where it comes back', async () => {
    const topic = await freshTopic(admin, 'reader-unassign');
    await write(topic, ['a', 'b']);
    reader.assign(topic, 0, 0);
    const fetched = reader.fetch();
    reader.unassign(topic, 0);
    expect(await fetched).toEqual([]);
    expect(reader.position(topic, 0)).toBeUndefined();
    reader.assign(topic, 0, 1);
    expect(valuesOf(await readTo(reader, topic, 0, 2))).toEqual(['b']);
  });

  test('delivers nothing of a paused partition until it is resumed', async () => {
    const topic = await freshTopic(admin, 'reader-pause', 2);
    for (const partition of [0, 1]) await write(topic, [`of ${partition}`], partition);
    for (const partition of [0, 1]) reader.assign(topic, partition, 0);
    const fetched = reader.fetch();
    reader.pause(topic, 0);
    const before = [...(await fetched), ...(await readTo(reader, topic, 1, 1)), ...(await reader.fetch())];
    expect(valuesOf(before)).toEqual(['of 1']);
    reader.resume(topic, 0);
    expect(valuesOf(await readTo(reader, topic, 0, 1))).toEqual(['of 0']);
  });
});

describe('offsets', () => {
  test('are listed at the start, the end, the stable end and a time', async () => {
    const topic = await freshTopic(admin, 'reader-offsets', 2);
    await write(topic, ['a', 'b', 'c'], 1);
    const transactional = await connectProducer(freshName('reader-tx'));
    const transaction = await transactional.transaction();
    await transaction.send({ topic, messages: [{ value: 'open', partition: 1, timestamp: '5000' }] });
    const list = async (place: LogPlace) => Object.fromEntries(await reader.listOffsets(topic, [0, 1], place));
    expect(await list('earliest')).toEqual({ 0: 0, 1: 0 });
    expect(await list('high-watermark')).toEqual({ 0: 0, 1: 4 });
    expect(await list('last-stable')).toEqual({ 0: 0, 1: 3 });
    expect(await list({ timestampMs: 1_001 })).toEqual({ 0: 0, 1: 1 });
    expect(await list({ timestampMs: 9_000 })).toEqual({ 0: 0, 1: 4 });
    await transaction.abort();
    await transactional.disconnect();
  });

  test('outside the log are an error with the log’s range, after all else was delivered; a seek goes on', async () => {
    const topic = await freshTopic(admin, 'reader-range', 2);
    for (const partition of [0, 1]) await write(topic, ['a', 'b'], partition);
    reader.assign(topic, 0, 7);
    reader.assign(topic, 1, 0);
    expect(valuesOf(await readTo(reader, topic, 1, 2))).toEqual(['a', 'b']);
    const error: unknown = await reader.fetch().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OffsetOutOfRange);
    expect(error).toMatchObject({ topic, partition: 0, position: 7, range: { start: 0, end: 2 } });
    reader.seek(topic, 0, 1);
    expect(valuesOf(await readTo(reader, topic, 0, 2))).toEqual(['b']);
  });
});

describe('trouble', () => {
  test('with a topic that is not there yet is told, keeps no other from being read, and ends when it appears', async () => {
    const troubles: Trouble[] = [];
    let recovered = 0;
    const observed = await connectReader({ onTrouble: (trouble) => troubles.push(trouble), onRecovered: () => recovered++ });
    const missing = freshName('reader-missing');
    const present = await freshTopic(admin, 'reader-present');
    await write(present, ['here']);
    observed.assign(missing, 0, 0);
    observed.assign(present, 0, 0);
    expect(valuesOf(await readTo(observed, present, 0, 1))).toEqual(['here']);
    while (troubles.length === 0) await observed.fetch();
    expect(troubles[0]).toMatchObject({ what: [`topic ${missing}`], error: { type: 'UNKNOWN_TOPIC_OR_PARTITION' }, attempts: 1 });
    expect(recovered).toBe(0);
    await admin.createTopics([{ name: missing, partitions: 1, replicationFactor: 1, configs: {} }]);
    await write(missing, ['there']);
    expect(valuesOf(await readTo(observed, missing, 0, 1))).toEqual(['there']);
    expect(recovered).toBe(1);
    await observed.close();
  });

  test('with a partition that is not there yet ends when the topic grows', async () => {
    const troubles: Trouble[] = [];
    const observed = await connectReader({ onTrouble: (trouble) => troubles.push(trouble) });
    const topic = await freshTopic(admin, 'reader-grow');
    observed.assign(topic, 1, 0);
    while (troubles.length === 0) await observed.fetch();
    expect(troubles[0]?.what).toEqual([`${topic}-1`]);
    await admin.growPartitions(topic, 2);
    await expect
      .poll(() =>
        write(topic, ['new'], 1).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect(valuesOf(await readTo(observed, topic, 1, 1))).toEqual(['new']);
    await observed.close();
  });

  test('with no broker at all is an error of connect', async () => {
    const lost = new LogReader({ brokers: ['127.0.0.1:1'], clientId: 'test' }, silentLog, OPTIONS);
    await expect(lost.connect()).rejects.toThrow(KafkaUnreachable);
    await lost.close();
  });
});

describe('misuse', () => {
  test('is refused', async () => {
    expect(() => reader.seek('ticks', 0, 0)).toThrow(/ticks-0 is not assigned/);
    expect(() => reader.assign('ticks', 0, -1)).toThrow(RangeError);
    expect(() => new LogReader(connection, silentLog, { ...OPTIONS, maxWaitMs: 0 })).toThrow(RangeError);
    const fetched = reader.fetch();
    await expect(reader.fetch()).rejects.toThrow(/under way/);
    await fetched;
  });
});
