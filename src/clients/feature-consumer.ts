import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import type { TopicRole } from '../../topology/topics.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import { type Records, type SchemaName, schemas } from '../codec/generated/records.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { LogReader, type RecordHeader } from '../kafka/log-reader.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import { type Log, silentLog } from '../log.ts';

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
  readonly partition: number;
  readonly offset: number;
  /** Record time, UTC epoch ms. */
  readonly timestamp: number;
  readonly key: string | null;
  readonly headers: readonly RecordHeader[];
  readonly value: T;
}

export interface FeatureConsumerOptions {
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: SchemaSource;
  readonly log?: Log;
}

export interface ReadOptions {
  /** Where to begin: the first record, the end, or the first record stamped at or after a time (UTC epoch ms). Default earliest. */
  readonly from?: 'earliest' | 'latest' | number;
  /** Goes on when the end is reached; else reading ends with what was there at the start. */
  readonly follow?: boolean;
  /** Only the partitions that carry these symbols are read, and of them only these symbols' records. Default all. */
  readonly symbols?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told of records that cannot be decoded; they are passed over. */
  readonly onUnreadable?: (partition: number, offset: number, reason: string) => void;
}

const FETCH_WAIT_MS = 200;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_BYTES_PER_PARTITION = 1024 * 1024;

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
    const ends = await this.#ends(name);
    const decoder = new RecordDecoder<RecordOf<Topic>>(registry, schemas[CONSUMABLE[topic]]);
    const limits = { maxBytes: MAX_BYTES, maxBytesPerPartition: MAX_BYTES_PER_PARTITION, maxWaitMs: FETCH_WAIT_MS };
    const reader = new LogReader(connection, log, { isolation: 'read_committed', ...limits });
    const stop = (): void => void reader.close();
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      await reader.connect();
      const open = await this.#assign(reader, name, topic, ends, options);
      while (open.size > 0 && options.signal?.aborted !== true) {
        for (const { partition, records, nextOffset } of await reader.fetch()) {
          const end = options.follow === true ? Number.POSITIVE_INFINITY : ends[partition]!;
          await decoder.prepare(records.map(({ value }) => value));
          for (const record of records) {
            if (record.offset >= end) break;
            const key = record.key?.toString('utf8') ?? null;
            if (options.symbols !== undefined && isKeyedBySymbol(topic) && !options.symbols.includes(key ?? '')) continue;
            try {
              const { offset, timestamp, headers } = record;
              yield { partition, offset, timestamp, key, headers, value: decoder.decode(record.value) };
            } catch (error) {
              if (!(error instanceof PoisonError)) throw error;
              options.onUnreadable?.(partition, record.offset, error.message);
            }
          }
          if (nextOffset >= end) {
            open.delete(partition);
            reader.unassign(name, partition);
          }
        }
      }
    } finally {
      options.signal?.removeEventListener('abort', stop);
      await reader.close();
    }
  }

  async #ends(topic: string): Promise<number[]> {
    const { connection, log = silentLog } = this.#options;
    const admin = await KafkaAdmin.connect(connection, log);
    try {
      if (!(await admin.describeTopics([topic])).has(topic)) {
        throw new UserError(`Kafka has no topic ${topic}`, { hint: 'run `arbitrex topology apply`' });
      }
      return (await admin.watermarks(topic)).map(({ high }) => high);
    } finally {
      await admin.close();
    }
  }

  /** Assigns the partitions that can hold something asked for; gives them back. */
  async #assign(
    reader: LogReader,
    name: string,
    topic: ConsumableTopic,
    ends: readonly number[],
    options: ReadOptions,
  ): Promise<Set<number>> {
    const partitions = this.#partitions(topic, ends.length, options.symbols);
    const from = options.from ?? 'earliest';
    const place = from === 'earliest' ? 'earliest' : from === 'latest' ? 'high-watermark' : { timestampMs: from };
    const starts = await reader.listOffsets(name, partitions, place);
    const open = new Set<number>();
    for (const partition of partitions) {
      // A time after the last record has no offset.
      const start = Math.max(starts.get(partition) ?? -1, -1);
      const offset = start === -1 ? ends[partition]! : start;
      if (options.follow !== true && offset >= ends[partition]!) continue;
      reader.assign(name, partition, offset);
      open.add(partition);
    }
    return open;
  }

  #partitions(topic: ConsumableTopic, count: number, symbols: readonly string[] | undefined): number[] {
    const all = Array.from({ length: count }, (_, partition) => partition);
    if (symbols === undefined || !isKeyedBySymbol(topic)) return all;
    const table = new PartitionTable(this.#options.topology.partitioning, murmur2Partition);
    const wanted = new Set(symbols.map((symbol) => table.partitionOf(symbol)));
    // Ticks may have been produced to any partition; what we write is where it belongs.
    return topic === 'ticks' ? all : all.filter((partition) => wanted.has(partition));
  }
}

function isKeyedBySymbol(topic: ConsumableTopic): boolean {
  return topic === 'ticks' || topic === 'clean-ohlcv' || topic === 'features-tier1';
}
