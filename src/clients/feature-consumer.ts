import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import type { TopicRole } from '../../topology/topics.ts';
import { applyCommand } from '../../topology/variant.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import { type CorrelationMatrix, type DeadLetter, type Records, type SchemaName, schemas } from '../codec/generated/records.ts';
import { throughOutage } from '../codec/through-outage.ts';
import { schemaIdOf } from '../codec/wire.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { findLastRecord } from '../kafka/last-record.ts';
import { type FetchedRecord, LogReader, type LogReaderOptions, type RecordHeader } from '../kafka/log-reader.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import { type Log, silentLog } from '../log.ts';
import { EarlyRecords } from './early-records.ts';

/** The topics that can be consumed, with the schema that their records are read with. */
export const CONSUMABLE = {
  ticks: 'tick',
  'clean-ohlcv': 'clean-ohlcv',
  'features-tier1': 'features-tier1',
  'features-tier2': 'features-tier2',
  'dead-letters': 'dead-letter',
} as const satisfies Partial<Record<TopicRole, SchemaName>>;

export type ConsumableTopic = keyof typeof CONSUMABLE;

/** The record type of a topic. */
export type RecordOf<Topic extends ConsumableTopic> = Records[(typeof CONSUMABLE)[Topic]];

/** A record as consumed: its value decoded to the type this version was built with, whatever compatible schema it was written with. */
export interface Consumed<T> {
  /** Name of the topic in Kafka, with its prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Record time, UTC epoch ms. */
  readonly timestamp: number;
  readonly key: string | null;
  /** Where it came from and when it went out is among them: `lineageOf`. */
  readonly headers: readonly RecordHeader[];
  /** The registry's id of the schema that the value was written with. */
  readonly schemaId: number;
  readonly value: T;
}

export interface FeatureConsumerOptions {
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: SchemaSource;
  readonly log?: Log;
}

export interface ReadOptions {
  /**
   * Where to begin: the first record, the end, the first record stamped at or after a time (UTC epoch ms), or an offset for each partition
   * that is to be read (one that is gone: from the first there is). Default earliest.
   */
  readonly from?: 'earliest' | 'latest' | number | ReadonlyMap<number, number>;
  /** Goes on when the end is reached; else reading ends with what was there at the start. */
  readonly follow?: boolean;
  /** Only records of these symbols (of matrices: those that hold one of them), and only the partitions that can have some. Default all. */
  readonly symbols?: readonly string[];
  /** Only these partitions. Default all. */
  readonly partitions?: readonly number[];
  readonly signal?: AbortSignal;
  /** Told how many offsets have been read of those that there were at the start; not of use where reading goes on at the end. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told of records that cannot be decoded; they are passed over. */
  readonly onUnreadable?: (partition: number, offset: number, reason: string) => void;
}

const READER_OPTIONS: LogReaderOptions = {
  isolation: 'read_committed',
  maxBytes: 8 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  maxWaitMs: 200,
};

/**
 * Reads committed records of our topics, without a consumer group: every caller sees everything from where it begins.
 *
 *     const consumer = new FeatureConsumer({ topology, connection, registry });
 *     for await (const { value } of consumer.read('features-tier1', { symbols: ['EURUSD'], follow: true })) console.log(value.vol_12);
 */
export class FeatureConsumer {
  readonly #options: FeatureConsumerOptions;

  /** Connects to nothing yet. */
  constructor(options: FeatureConsumerOptions) {
    this.#options = options;
  }

  /** The topic's records, each partition in order. Throws UserError where the topic is absent. */
  async *read<Topic extends ConsumableTopic>(topic: Topic, options: ReadOptions = {}): AsyncGenerator<Consumed<RecordOf<Topic>>> {
    const { topology, connection, registry, log = silentLog } = this.#options;
    const { name } = topology.topics[topic];
    const ends = (await this.ranges(topic)).map(({ high }) => high);
    const decoder = new RecordDecoder<RecordOf<Topic>>(registry, schemas[CONSUMABLE[topic]]);
    const reader = new LogReader(connection, log, READER_OPTIONS);
    const isAborted = (): boolean => options.signal?.aborted === true;
    const stop = (): void => void reader.close();
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      await reader.connect();
      const open = await this.#assign(reader, name, topic, ends, options);
      const early = new EarlyRecords(options.from, open.keys());
      const total = remaining(open, ends);
      while (open.size > 0 && !isAborted()) {
        for (const { partition, records, nextOffset } of await reader.fetch()) {
          const end = options.follow === true ? Number.POSITIVE_INFINITY : ends[partition]!;
          await throughOutage(
            () => decoder.prepareAll(records),
            options.signal,
            ({ message: error }, retryInMs) => log.warn({ retryInMs, error }, 'the registry does not answer'),
          );
          if (isAborted()) return;
          for (const record of records) {
            if (record.offset >= end) break;
            if (early.has(partition, record.timestamp)) continue;
            const consumed = toConsumed(decoder, name, partition, record, options.onUnreadable);
            if (consumed !== null && isWanted(topic, consumed, options.symbols)) yield consumed;
          }
          open.set(partition, nextOffset);
          if (nextOffset >= end) {
            open.delete(partition);
            reader.unassign(name, partition);
          }
          options.onProgress?.(total - remaining(open, ends), total);
        }
      }
    } finally {
      options.signal?.removeEventListener('abort', stop);
      await reader.close();
    }
  }

  /** The newest record of a key, null where there is none: read from the end of the topic backwards. Throws UserError where the topic is absent. */
  async last<Topic extends ConsumableTopic>(topic: Topic, key: string): Promise<Consumed<RecordOf<Topic>> | null> {
    const { topology, connection, registry, log = silentLog } = this.#options;
    const { name } = topology.topics[topic];
    const partitions = (await this.ranges(topic)).length;
    const decoder = new RecordDecoder<RecordOf<Topic>>(registry, schemas[CONSUMABLE[topic]]);
    const reader = new LogReader(connection, log, READER_OPTIONS);
    try {
      await reader.connect();
      let newest: { partition: number; record: FetchedRecord } | null = null;
      for (let partition = 0; partition < partitions; partition++) {
        const record = await findLastRecord(reader, name, partition, key);
        if (record !== null && (newest === null || record.timestamp > newest.record.timestamp)) newest = { partition, record };
      }
      if (newest === null) return null;
      const { offset, timestamp, headers, value } = newest.record;
      await decoder.prepare([value]);
      const schemaId = schemaIdOf(value);
      return { topic: name, partition: newest.partition, offset, timestamp, key, headers, schemaId, value: decoder.decode(value) };
    } finally {
      await reader.close();
    }
  }

  /** By partition: the first offset there is, and the end as it is now. Throws UserError where the topic is absent. */
  async ranges(topic: ConsumableTopic): Promise<{ low: number; high: number }[]> {
    const { topology, connection, log = silentLog } = this.#options;
    const { name, isBorrowed } = topology.topics[topic];
    const admin = await KafkaAdmin.connect(connection, log);
    try {
      if (!(await admin.describeTopics([name])).has(name)) {
        throw new UserError(`Kafka has no topic ${name}`, { hint: `run \`${applyCommand(isBorrowed ? null : topology.suffix)}\`` });
      }
      return await admin.watermarks(name);
    } finally {
      await admin.close();
    }
  }

  /** Assigns the partitions that can hold something asked for; gives back where each begins. */
  async #assign(
    reader: LogReader,
    name: string,
    topic: ConsumableTopic,
    ends: readonly number[],
    options: ReadOptions,
  ): Promise<Map<number, number>> {
    const from = options.from ?? 'earliest';
    const partitions = this.#partitions(topic, ends.length, options.symbols).filter(
      (one) => (typeof from !== 'object' || from.has(one)) && options.partitions?.includes(one) !== false,
    );
    const starts = await startsOf(reader, name, partitions, from);
    const open = new Map<number, number>();
    for (const partition of partitions) {
      // A time after the last record has no offset.
      const start = Math.max(starts.get(partition) ?? -1, -1);
      const offset = start === -1 ? ends[partition]! : start;
      if (options.follow !== true && offset >= ends[partition]!) continue;
      reader.assign(name, partition, offset);
      open.set(partition, offset);
    }
    return open;
  }

  #partitions(topic: ConsumableTopic, count: number, symbols: readonly string[] | undefined): number[] {
    const all = Array.from({ length: count }, (_, partition) => partition);
    // Ticks, and what became of them as dead letters, may be anywhere; what the stages write is where it belongs.
    if (symbols === undefined || (topic !== 'clean-ohlcv' && topic !== 'features-tier1')) return all;
    const table = new PartitionTable(this.#options.topology.partitioning, murmur2Partition);
    const wanted = new Set(symbols.map((symbol) => table.partitionOf(symbol)));
    return all.filter((partition) => wanted.has(partition));
  }
}

/** The record with its value decoded, null where it cannot be. */
function toConsumed<T>(
  decoder: RecordDecoder<T>,
  topic: string,
  partition: number,
  { offset, timestamp, key, headers, value }: FetchedRecord,
  onUnreadable: ReadOptions['onUnreadable'],
): Consumed<T> | null {
  try {
    const schemaId = schemaIdOf(value);
    return { topic, partition, offset, timestamp, key: key?.toString('utf8') ?? null, headers, schemaId, value: decoder.decode(value) };
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    onUnreadable?.(partition, offset, error.message);
    return null;
  }
}

/** Offsets between where partitions stand and their ends. */
function remaining(open: ReadonlyMap<number, number>, ends: readonly number[]): number {
  let sum = 0;
  for (const [partition, position] of open) sum += Math.max(0, ends[partition]! - position);
  return sum;
}

/** Where each partition begins to be read; -1 where nothing is stamped as late as asked for. */
async function startsOf(
  reader: LogReader,
  topic: string,
  partitions: readonly number[],
  from: NonNullable<ReadOptions['from']>,
): Promise<Map<number, number>> {
  if (from === 'latest') return await reader.listOffsets(topic, partitions, 'high-watermark');
  if (typeof from === 'number') return await reader.listOffsets(topic, partitions, { timestampMs: from });
  const first = await reader.listOffsets(topic, partitions, 'earliest');
  return from === 'earliest' ? first : new Map(partitions.map((one) => [one, Math.max(from.get(one)!, first.get(one)!)]));
}

function isWanted(topic: ConsumableTopic, { key, value }: Consumed<unknown>, symbols: readonly string[] | undefined): boolean {
  if (symbols === undefined) return true;
  if (topic === 'features-tier2') return (value as CorrelationMatrix).symbols.some((symbol) => symbols.includes(symbol));
  return symbols.includes((topic === 'dead-letters' ? (value as DeadLetter).symbol : key) ?? '');
}
