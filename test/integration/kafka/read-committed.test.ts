import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { LogReader } from '../../../src/kafka/log-reader.ts';
import { silentLog } from '../../../src/log.ts';
import { connectAdmin, connection, connectProducer, freshName, freshTopic, type Producer, readTo, valuesOf } from './support.ts';

let admin: KafkaAdmin;
let first: Producer;
let second: Producer;
let reader: LogReader;

beforeAll(async () => {
  admin = await connectAdmin();
  first = await connectProducer(freshName('first'));
  second = await connectProducer(freshName('second'));
  reader = new LogReader(connection, silentLog, {
    isolation: 'read_committed',
    maxBytes: 1 << 20,
    maxBytesPerPartition: 1 << 20,
    maxWaitMs: 100,
  });
  await reader.connect();
});
afterAll(async () => {
  await reader.close();
  await Promise.all([first.disconnect(), second.disconnect()]);
  await admin.close();
});

/** A step writes one record, or ends the transaction of a producer. */
type Step = [producer: 'A' | 'B', what: string | { key: Buffer; value: string }] | [producer: 'A' | 'B', end: 'abort' | 'commit'];

/** Runs the steps in one partition, one request each; the topic's name. */
async function write(steps: Step[]): Promise<string> {
  const topic = await freshTopic(admin, 'committed');
  const open = new Map<string, Awaited<ReturnType<Producer['transaction']>>>();
  for (const [name, what] of steps) {
    const transaction = open.get(name) ?? (await (name === 'A' ? first : second).transaction());
    open.set(name, transaction);
    if (what === 'abort' || what === 'commit') {
      await transaction[what]();
      open.delete(name);
    } else {
      const record = typeof what === 'string' ? { key: 'EURUSD', value: what } : what;
      await transaction.send({ topic, messages: [{ ...record, partition: 0 }] });
    }
  }
  return topic;
}

/** What read_committed delivers from `from` to the end, and that it gets to the end. */
async function readCommitted(topic: string, from = 0): Promise<string[]> {
  await expect.poll(async () => await endsOf(topic)).toMatchObject({ isStable: true });
  const { end } = await endsOf(topic);
  reader.assign(topic, 0, from);
  const values = valuesOf(await readTo(reader, topic, 0, end));
  expect(reader.position(topic, 0)).toBe(end);
  expect(reader.lag(topic, 0)).toBe(0);
  reader.unassign(topic, 0);
  return values;
}

/** Markers reach their partitions a moment after the producer was told: until then the end is not stable. */
async function endsOf(topic: string): Promise<{ end: number; isStable: boolean }> {
  const stable = await reader.listOffsets(topic, [0], 'last-stable');
  const end = (await reader.listOffsets(topic, [0], 'high-watermark')).get(0)!;
  return { end, isStable: stable.get(0) === end };
}

describe('read_committed', () => {
  test('leaves out two interleaved aborted transactions of two producers', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['B', 'b1'],
      ['A', 'a2'],
      ['B', 'abort'],
      ['A', 'a3'],
      ['A', 'abort'],
      ['B', 'b2'],
      ['B', 'commit'],
    ]);
    expect(await readCommitted(topic)).toEqual(['b2']);
  });

  test('leaves out both of two aborted transactions of one producer, and keeps what it committed between and after', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['A', 'abort'],
      ['A', 'a2'],
      ['A', 'commit'],
      ['A', 'a3'],
      ['A', 'abort'],
      ['A', 'a4'],
      ['A', 'commit'],
    ]);
    expect(await readCommitted(topic)).toEqual(['a2', 'a4']);
  });

  test('takes a user key of four zero bytes for data', async () => {
    const key = Buffer.from([0, 0, 0, 0]);
    const topic = await write([
      ['A', { key, value: 'a1' }],
      ['A', 'a2'],
      ['A', 'abort'],
      ['B', { key, value: 'b1' }],
      ['B', 'commit'],
    ]);
    expect(await readCommitted(topic)).toEqual(['b1']);
  });

  test('leaves out the rest of an aborted transaction that began before the first offset read', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['A', 'a2'],
      ['B', 'b1'],
      ['A', 'a3'],
      ['A', 'abort'],
      ['B', 'commit'],
    ]);
    expect(await readCommitted(topic, 1)).toEqual(['b1']);
    expect(await readCommitted(topic, 3)).toEqual([]);
  });

  test('gets to the end over nothing but markers and aborted records', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['A', 'abort'],
      ['B', 'b1'],
      ['B', 'abort'],
    ]);
    expect(await readCommitted(topic)).toEqual([]);
  });

  test('waits before an open transaction, and so does what others committed after it', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['B', 'b1'],
      ['B', 'commit'],
    ]);
    reader.assign(topic, 0, 0);
    expect(await reader.fetch()).toEqual([]);
    expect(reader.position(topic, 0)).toBe(0);
    reader.unassign(topic, 0);
    // The producer’s transaction is still open: the next test must find it closed.
    await first.disconnect();
    first = await connectProducer(freshName('first'));
  });

  test('read_uncommitted sees aborted and open records, but no markers', async () => {
    const topic = await write([
      ['A', 'a1'],
      ['A', 'abort'],
      ['B', 'b1'],
      ['B', 'commit'],
    ]);
    const uncommitted = new LogReader(connection, silentLog, {
      isolation: 'read_uncommitted',
      maxBytes: 1 << 20,
      maxBytesPerPartition: 1 << 20,
      maxWaitMs: 100,
    });
    await uncommitted.connect();
    uncommitted.assign(topic, 0, 0);
    expect(valuesOf(await readTo(uncommitted, topic, 0, 4))).toEqual(['a1', 'b1']);
    await uncommitted.close();
  });
});
