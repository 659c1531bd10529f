/** A process of its own that reads ticks, tier-1 records and matrices as they are appended, and notes when each arrives. See session.ts. */
import { RecordDecoder } from '../../src/codec/decoder.ts';
import { type CorrelationMatrix, schemas, type Tier1Features } from '../../src/codec/generated/records.ts';
import { Registry } from '../../src/codec/registry.ts';
import { KafkaAdmin } from '../../src/kafka/admin.ts';
import type { RecordBlock } from '../../src/kafka/log-reader.ts';
import { silentLog } from '../../src/log.ts';
import { projected } from '../lib/projection.ts';
import { openReader } from '../lib/reader.ts';
import type { Observation, Observed, ObserverMessage, ObserverTask } from './observer-messages.ts';

const task = JSON.parse(process.argv[2]!) as ObserverTask;
const connection = { brokers: task.brokers, clientId: 'arbitrex-bench-observer' };
const registry = new Registry({ url: task.registryUrl });
const rows = new RecordDecoder<Pick<Tier1Features, 'symbol' | 'timestamp_utc'>>(
  registry,
  projected(schemas['features-tier1'], ['symbol', 'timestamp_utc']),
);
const matrices = new RecordDecoder<Pick<CorrelationMatrix, 'universe' | 'window_end'>>(
  registry,
  projected(schemas['features-tier2'], ['universe', 'window_end']),
);

/** End of the open slot by symbol. */
const open = new Map<string, number>();
/** Arrival of the tick that closed a bar, and of the last one that closed a bar of a slot; by symbol and slot end. */
const closedAt = new Map<string, number>();
const lastClosedAt = new Map<number, number>();
const rowsAt = new Map<string, number>();
const matricesAt = new Map<string, number>();
let ticks = 0;
let seenTwice = 0;

function say(message: ObserverMessage): void {
  process.send!(message);
}

/** Reads a topic from its end on; resolves when it stands there. */
async function follow(topic: string, take: (records: RecordBlock, now: number) => Promise<void> | void): Promise<void> {
  const admin = await KafkaAdmin.connect(connection, silentLog);
  const ends = await admin.watermarks(topic);
  await admin.close();
  const reader = await openReader(connection);
  for (const [partition, { high }] of ends.entries()) reader.assign(topic, partition, high);
  void (async () => {
    for (;;) {
      const batches = await reader.fetch();
      const now = performance.timeOrigin + performance.now();
      for (const { records } of batches) await take(records, now);
    }
  })();
}

function takeTicks(records: RecordBlock, now: number): void {
  for (const { key, timestamp } of records) {
    ticks++;
    const symbol = key!.toString();
    const slotEnd = Math.floor(timestamp / task.durationMs) * task.durationMs + task.durationMs;
    const was = open.get(symbol);
    if (was !== undefined && slotEnd <= was) continue;
    open.set(symbol, slotEnd);
    if (was === undefined) continue;
    for (let end = was; end < slotEnd; end += task.durationMs) {
      closedAt.set(`${symbol} ${end}`, now);
      lastClosedAt.set(end, now);
    }
  }
}

async function takeRows(records: RecordBlock, now: number): Promise<void> {
  await rows.prepareAll(records);
  for (const { value } of records) {
    const { symbol, timestamp_utc } = rows.decode(value);
    if (rowsAt.size === 0) say({ event: 'first' });
    const key = `${symbol} ${timestamp_utc}`;
    if (rowsAt.has(key)) seenTwice++;
    else rowsAt.set(key, now);
  }
}

async function takeMatrices(records: RecordBlock, now: number): Promise<void> {
  await matrices.prepareAll(records);
  for (const { value } of records) {
    const { universe, window_end } = matrices.decode(value);
    const key = `${universe} ${window_end}`;
    // A later version of it corrects the first.
    if (!matricesAt.has(key)) matricesAt.set(key, now);
  }
}

function report(): Observation {
  const observedRows = [...closedAt].map(([key, at]): Observed => {
    const [name, slotEnd] = key.split(' ');
    return { name: name!, slotEnd: Number(slotEnd), closedAt: at, seenAt: rowsAt.get(key) ?? null };
  });
  const observedMatrices = [...matricesAt].flatMap(([key, seenAt]): Observed[] => {
    const [name, slotEnd] = key.split(' ');
    const at = lastClosedAt.get(Number(slotEnd));
    return at === undefined ? [] : [{ name: name!, slotEnd: Number(slotEnd), closedAt: at, seenAt }];
  });
  return { rows: observedRows, matrices: observedMatrices, ticks, seenTwice };
}

process.once('disconnect', () => process.exit());
process.on('message', () => say({ event: 'report', ...report() }));
await Promise.all([follow(task.topics.ticks, takeTicks), follow(task.topics.rows, takeRows), follow(task.topics.matrices, takeMatrices)]);
say({ event: 'ready' });
