import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { encodeTick } from '../codec/encoders.ts';
import { schemas } from '../codec/generated/records.ts';
import type { Registry } from '../codec/registry.ts';
import { AvroWriter } from '../codec/writer.ts';
import { emptyTick, type Tick } from '../domain/tick.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import { type Log, silentLog } from '../log.ts';
import type { OutputRecord } from '../runtime/ports.ts';

/** Where a producer of ticks sends, and how much it gathers before it does. */
export interface TickProducerOptions {
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly log?: Log;
  /** Ticks sent at once. Default 10,000. */
  readonly maxBatchTicks?: number;
}

/** A tick to be sent: what it has of optional fields. Times are UTC epoch ms. */
export type NewTick = Pick<Tick, 'symbol' | 'eventTime' | 'bid' | 'ask'> & Partial<Pick<Tick, 'last' | 'volume' | 'seq' | 'sourceId'>>;

const DEFAULT_BATCH_TICKS = 10_000;

/**
 * Sends ticks: key = symbol, record time = event time, each to its symbol's partition, in order and once (idempotent). A symbol without a
 * partition goes out all the same, and the workers put it to the dead letters as UNLISTED.
 *
 *     const producer = await TickProducer.open({ topology, connection, registry });
 *     await producer.send({ symbol: 'EURUSD', eventTime: Date.now(), bid: 1.1, ask: 1.1002, seq: 1, sourceId: 'desk' });
 *     await producer.close();
 */
export class TickProducer {
  readonly #producer: IdempotentProducer;
  readonly #table: PartitionTable;
  readonly #topic: string;
  readonly #partitions: number;
  readonly #schemaId: number;
  readonly #log: Log;
  readonly #maxBatchTicks: number;
  readonly #writer = new AvroWriter();
  readonly #tick = emptyTick();
  readonly #unlisted = new Set<string>();
  #waiting: OutputRecord[] = [];
  #inFlight: Promise<void> = Promise.resolve();
  /** Ticks acknowledged so far. */
  acknowledged = 0;

  /** Registers the tick schema, where it is not, and connects. Throws UserError where the topic is absent or the schema is refused. */
  static async open(options: TickProducerOptions): Promise<TickProducer> {
    const { topology, connection, registry, log = silentLog } = options;
    const { name, subject } = topology.topics.ticks;
    const admin = await KafkaAdmin.connect(connection, log);
    const state = (await admin.describeTopics([name])).get(name);
    await admin.close();
    if (state === undefined) throw new UserError(`Kafka has no topic ${name}`, { hint: 'run `arbitrex topology apply`' });
    const schemaId = await registry.register(subject, schemas.tick);
    const producer = await IdempotentProducer.open(connection, log);
    return new TickProducer(options, producer, schemaId, state.partitions);
  }

  private constructor(options: TickProducerOptions, producer: IdempotentProducer, schemaId: number, partitions: number) {
    this.#producer = producer;
    this.#table = new PartitionTable(options.topology.partitioning, murmur2Partition);
    this.#topic = options.topology.topics.ticks.name;
    this.#partitions = partitions;
    this.#schemaId = schemaId;
    this.#log = options.log ?? silentLog;
    this.#maxBatchTicks = options.maxBatchTicks ?? DEFAULT_BATCH_TICKS;
  }

  /** Takes a tick; resolves when there is room for the next. Throws RangeError for a number that is not finite, naming none of the others. */
  async send(tick: NewTick): Promise<void> {
    this.add(tick);
    if (this.#waiting.length >= this.#maxBatchTicks) await this.#sendWaiting();
  }

  /** Takes a tick without waiting, for a caller that flushes by itself. */
  add(tick: NewTick): void {
    const { symbol } = tick;
    this.#waiting.push({
      partition: this.#partitionOf(symbol),
      key: symbol,
      value: encodeTick(this.#writer, this.#schemaId, this.#fill(tick)),
      timestamp: Math.max(0, tick.eventTime),
    });
  }

  /** Resolves when every tick taken so far is acknowledged. */
  async flush(): Promise<void> {
    await this.#sendWaiting();
    await this.#inFlight;
  }

  /** Flushes and closes the connections. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#producer.close();
    }
  }

  /** One batch is under way while the next is gathered. */
  async #sendWaiting(): Promise<void> {
    const records = this.#waiting;
    if (records.length === 0) return;
    this.#waiting = [];
    await this.#inFlight;
    this.#inFlight = this.#producer.send([{ topic: this.#topic, messages: records }]).then(() => {
      this.acknowledged += records.length;
    });
    // Whoever waits for the next batch, or flushes, sees a failure.
    this.#inFlight.catch(() => {});
  }

  #partitionOf(symbol: string): number {
    const partition = this.#table.partitionOf(symbol);
    if (partition !== null) return partition;
    if (!this.#unlisted.has(symbol)) {
      this.#unlisted.add(symbol);
      this.#log.warn({ symbol }, 'the symbol is not listed in the settings: its ticks will be dead-lettered as UNLISTED');
    }
    return murmur2Partition(Buffer.from(symbol), this.#partitions);
  }

  #fill(from: NewTick): Tick {
    const tick = this.#tick;
    tick.symbol = from.symbol;
    tick.eventTime = from.eventTime;
    tick.bid = from.bid;
    tick.ask = from.ask;
    tick.hasLast = from.last !== undefined;
    tick.last = from.last ?? 0;
    tick.hasVolume = from.volume !== undefined;
    tick.volume = from.volume ?? 0;
    tick.hasSeq = from.seq !== undefined;
    tick.seq = from.seq ?? 0;
    tick.sourceId = from.sourceId ?? 'unknown';
    return tick;
  }
}
