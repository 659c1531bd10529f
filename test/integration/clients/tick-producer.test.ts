import { describe, expect, it, onTestFinished } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { type NewTick, TickProducer, type TickProducerOptions } from '../../../src/clients/tick-producer.ts';
import { UserError } from '../../../src/errors.ts';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import type { Log } from '../../../src/log.ts';
import { silentLog } from '../../../src/log.ts';
import { buildTopology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';
import { Installation } from '../worker/installation.ts';
import { until } from '../worker/wait.ts';

const SETTINGS = { timeframes: ['1m'], symbols: ['EURUSD', 'GBPUSD', 'EURGBP'], universes: [] };
const START = Date.UTC(2018, 0, 1);

function quote(symbol: string, seq: number): NewTick {
  return { symbol, eventTime: START + seq, bid: 1.1, ask: 1.1002, seq, sourceId: 'desk' };
}

async function open(installation: Installation, options: Partial<TickProducerOptions> = {}): Promise<TickProducer> {
  const producer = await TickProducer.open({ ...installation, ...options });
  onTestFinished(() => producer.close().catch(() => {}));
  return producer;
}

async function produced(installation: Installation) {
  const found = [];
  for await (const record of new FeatureConsumer(installation).read('ticks')) found.push(record);
  return found;
}

describe('a producer of ticks', () => {
  it('sends each tick to its symbol’s partition, keyed by the symbol and stamped with its event time, in order', async () => {
    const installation = await Installation.open(SETTINGS);
    const producer = await open(installation, { maxBatchTicks: 7 });
    const ticks = Array.from({ length: 100 }, (_, i) => quote(SETTINGS.symbols[i % 3]!, i));
    await producer.send(ticks.slice(0, 50));
    for (const tick of ticks.slice(50)) await producer.send(tick);
    await producer.flush();
    expect(producer.acknowledged).toBe(100);

    const records = await produced(installation);
    expect(records).toHaveLength(100);
    for (const { topic, partition, key, timestamp, value } of records) {
      expect(topic).toBe(installation.topic('ticks'));
      expect(key).toBe(value.symbol);
      expect(partition).toBe(installation.partitionOf(value.symbol));
      expect(timestamp).toBe(value.event_time);
    }
    const seqs = records.filter(({ key }) => key === 'GBPUSD').map(({ value }) => value.seq);
    expect(seqs).toEqual(ticks.filter(({ symbol }) => symbol === 'GBPUSD').map(({ seq }) => seq));
  });

  it('sends a lone tick by itself, without being flushed', async () => {
    const installation = await Installation.open(SETTINGS);
    const producer = await open(installation);
    await producer.send(quote('EURUSD', 1));
    await until('the tick is acknowledged', () => producer.acknowledged === 1);
  });

  it('sends what is not awaited too, all of it by the time it is closed', async () => {
    const installation = await Installation.open(SETTINGS);
    const producer = await open(installation, { maxBatchTicks: 5 });
    const sends = Array.from({ length: 200 }, (_, i) => producer.send(quote('EURUSD', i)));
    await Promise.all(sends);
    await producer.close();
    await producer.close();
    expect((await produced(installation)).map(({ value }) => value.seq)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    await expect(producer.send(quote('EURUSD', 200))).rejects.toThrow('the producer is closed');
  });

  it('sends a symbol that is not listed where any client would, and warns once', async () => {
    const installation = await Installation.open(SETTINGS);
    const warnings: object[] = [];
    const log: Log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };
    const producer = await open(installation, { log });
    await producer.send([quote('USDJPY', 1), quote('USDJPY', 2)]);
    await producer.close();
    const partition = murmur2Partition(Buffer.from('USDJPY'), SETTINGS.symbols.length);
    expect((await produced(installation)).map((record) => record.partition)).toEqual([partition, partition]);
    expect(warnings).toEqual([{ symbol: 'USDJPY' }]);
    await installation.runToEnd();
    expect((await installation.deadLetters()).map(({ record }) => record.reason)).toEqual(['UNLISTED', 'UNLISTED']);
  });

  it('refuses a tick that cannot be sent, naming the field; those before it are sent', async () => {
    const installation = await Installation.open(SETTINGS);
    const producer = await open(installation);
    const refused = producer.send([quote('EURUSD', 1), { ...quote('EURUSD', 2), bid: Number.NaN }]);
    await expect(refused).rejects.toThrow(new UserError('a tick of EURUSD cannot be sent: bid is NaN'));
    await producer.send(quote('EURUSD', 3));
    await producer.close();
    expect((await produced(installation)).map(({ value }) => value.seq)).toEqual([1, 3]);
  });

  it('says what to do where the topic is absent or has no partition for a symbol yet', async () => {
    const installation = await Installation.open(SETTINGS);
    const topologyOf = (changes: object) => buildTopology(parseSettings(JSON.stringify({ ...installation.file, ...changes }), 's.json'));
    const grown = topologyOf({ symbols: [...SETTINGS.symbols, 'USDJPY'] });
    await expect(open(installation, { topology: grown })).rejects.toThrow(/has 3 partitions, the symbols of the settings need 4/);
    const absent = topologyOf({ topics: { prefix: 'nowhere.' } });
    await expect(open(installation, { topology: absent })).rejects.toMatchObject({
      message: 'Kafka has no topic nowhere.ticks',
      hint: 'run `arbitrex topology apply`',
    });
  });
});
