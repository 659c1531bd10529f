import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FeatureConsumer, type ReadOptions } from '../../../src/clients/feature-consumer.ts';
import { TickProducer } from '../../../src/clients/tick-producer.ts';
import { type CleanUp, Installation } from '../worker/installation.ts';

const SETTINGS = {
  timeframes: ['1m'],
  symbols: ['EURUSD', 'GBPUSD'],
  universes: [{ name: 'two', symbols: ['EURUSD', 'GBPUSD'] }],
  window: 60,
};
const START = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const MINUTES = 5;

const endings: (() => Promise<void>)[] = [];
const atTheEnd: CleanUp = (end) => void endings.unshift(end);
afterAll(async () => {
  for (const end of endings) await end();
});

let installation: Installation;
let consumer: FeatureConsumer;

/** Minutes of both symbols, worked off, with a crossed quote and a symbol that is not listed among them. */
beforeAll(async () => {
  installation = await Installation.open(SETTINGS, atTheEnd);
  consumer = new FeatureConsumer(installation);
  const producer = await TickProducer.open(installation);
  for (let minute = 0; minute < MINUTES; minute++) {
    const eventTime = START + minute * MINUTE_MS;
    for (const symbol of SETTINGS.symbols) await producer.send({ symbol, eventTime, bid: 1.1, ask: 1.1002, volume: 1, seq: minute });
  }
  await producer.send({ symbol: 'EURUSD', eventTime: START + MINUTES * MINUTE_MS, bid: 1.2, ask: 1.1, seq: 99 });
  await producer.send({ symbol: 'USDJPY', eventTime: START, bid: 150, ask: 150.1, seq: 1 });
  await producer.close();
  await installation.runToEnd();
});

async function read(topic: 'ticks' | 'clean-ohlcv' | 'features-tier1' | 'features-tier2' | 'dead-letters', options?: ReadOptions) {
  const found = [];
  for await (const record of consumer.read(topic, options)) found.push(record);
  return found;
}

describe('a consumer', () => {
  it('reads every topic by its schema and ends with what was there', async () => {
    const bars = [];
    for await (const { value } of consumer.read('clean-ohlcv')) bars.push(value.close);
    // The last minute stays open.
    expect(bars).toHaveLength(2 * (MINUTES - 1));
    expect(await read('ticks')).toHaveLength(2 * MINUTES + 2);
    expect(await read('features-tier1')).toHaveLength(2 * (MINUTES - 1));
    expect((await read('features-tier2')).map(({ key }) => key)).toEqual(Array(MINUTES - 1).fill('two/1m'));
    expect(await read('dead-letters')).toHaveLength(2);
  });

  it('reads the symbols asked for', async () => {
    const partitions = new Set((await read('clean-ohlcv', { symbols: ['GBPUSD'] })).map(({ partition }) => partition));
    expect([...partitions]).toEqual([installation.partitionOf('GBPUSD')]);
    expect((await read('ticks', { symbols: ['USDJPY'] })).map(({ key }) => key)).toEqual(['USDJPY']);
    expect(await read('dead-letters', { symbols: ['EURUSD'] })).toMatchObject([{ value: { reason: 'CROSSED' } }]);
    expect(await read('features-tier2', { symbols: ['GBPUSD'] })).toHaveLength(MINUTES - 1);
    expect(await read('features-tier2', { symbols: ['USDJPY'] })).toEqual([]);
    expect(await read('clean-ohlcv', { symbols: ['USDJPY'] })).toEqual([]);
  });

  it('begins at a time, at offsets, or at the end', async () => {
    const from = START + 3 * MINUTE_MS;
    expect((await read('ticks', { symbols: ['GBPUSD'], from })).map(({ timestamp }) => timestamp)).toEqual([from, from + MINUTE_MS]);
    const partition = installation.partitionOf('GBPUSD');
    const some = await read('ticks', { symbols: ['GBPUSD'], from: new Map([[partition, 2]]) });
    expect(some.map(({ offset }) => offset)).toEqual([2, 3, 4]);
    expect(await read('ticks', { from: START + 1_000 * MINUTE_MS })).toEqual([]);
    expect(await read('ticks', { from: 'latest' })).toEqual([]);
  });

  it('follows what comes later, until it is told to stop', async () => {
    const own = await Installation.open(SETTINGS);
    const producer = await TickProducer.open(own);
    onTestFinished(() => producer.close());
    const stopping = new AbortController();
    const seen: (number | null)[] = [];
    await producer.send({ symbol: 'EURUSD', eventTime: START, bid: 1, ask: 1.1, seq: 0 });
    await producer.flush();
    for await (const { value } of new FeatureConsumer(own).read('ticks', { follow: true, signal: stopping.signal })) {
      seen.push(value.seq);
      if (value.seq === 3) setImmediate(() => stopping.abort());
      else await producer.send({ symbol: 'GBPUSD', eventTime: START, bid: 1, ask: 1.1, seq: value.seq! + 1 });
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('passes over what cannot be decoded, and says where it lies', async () => {
    const own = await Installation.open(SETTINGS);
    const producer = await TickProducer.open(own);
    onTestFinished(() => producer.close());
    await own.send({ symbol: 'EURUSD', value: Buffer.from('not Avro'), timestamp: START });
    await producer.send({ symbol: 'EURUSD', eventTime: START, bid: 1, ask: 1.1, seq: 1 });
    await producer.flush();
    const unreadable: [number, number][] = [];
    const seqs = [];
    const options: ReadOptions = { onUnreadable: (partition, offset) => void unreadable.push([partition, offset]) };
    for await (const { value } of new FeatureConsumer(own).read('ticks', options)) seqs.push(value.seq);
    expect(seqs).toEqual([1]);
    expect(unreadable).toEqual([[own.partitionOf('EURUSD'), 0]]);
  });

  it('begins at a time though markers of transactions before it are stamped with a later one', async () => {
    const producer = await TickProducer.open(installation);
    for (const minute of [6, 7, 8]) {
      await producer.send({ symbol: 'EURUSD', eventTime: START + minute * MINUTE_MS, bid: 1.1, ask: 1.1002, volume: 1, seq: 100 + minute });
    }
    await producer.close();
    await installation.runToEnd();
    const from = START + 7 * MINUTE_MS;
    const bars = await read('clean-ohlcv', { symbols: ['EURUSD'], from });
    expect(bars.map(({ timestamp }) => timestamp)).toEqual([from, from + MINUTE_MS]);
  });
});
