import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { encodeTick } from '../codec/encoders.ts';
import { schemas } from '../codec/generated/records.ts';
import type { Registry } from '../codec/registry.ts';
import { AvroWriter } from '../codec/writer.ts';
import { emptyTick } from '../domain/tick.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import { type Log, silentLog } from '../log.ts';
import type { OutputRecord } from '../runtime/ports.ts';
import { Batcher, type BatchLimits } from './batcher.ts';
import { fillTick, type NewTick, problemOf } from './new-tick.ts';

export type { NewTick } from './new-tick.ts';

/** Where a producer of ticks sends, and how much it gathers before it does. */
export interface TickProducerOptions {
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly log?: Log;
  /** Ticks sent at once at most. Default 10,000. */
  readonly maxBatchTicks?: number;
  /** Bytes of values sent at once, but for the last tick's. Default 4 MiB. */
  readonly maxBatchBytes?: number;
  /** How long a tick waits for others to go with at most, ms. Default 10. */
  readonly lingerMs?: number;
}

const DEFAULT_LIMITS: BatchLimits = { maxItems: 10_000, maxBytes: 4 * 1024 * 1024, lingerMs: 10 };

/**
 * Sends ticks: key = symbol, record time = event time, each to its symbol's partition, in order and once (idempotent). A symbol without a
 * partition goes out all the same, and the workers put it to the dead letters as UNLISTED.
 *
 *     const producer = await TickProducer.open({ topology, connection, registry });
 *     await producer.send({ symbol: 'EURUSD', eventTime: Date.now(), bid: 1.1, ask: 1.1002, seq: 1, sourceId: 'desk' });
 *     await producer.close();
 *
 * Once a batch has failed every later call rejects with its error: what was written is then unknown, and a new producer has to go on.
 */
export class TickProducer {
  readonly #producer: IdempotentProducer;
  readonly #table: PartitionTable;
  readonly #partitions: number;
  readonly #schemaId: number;
  readonly #log: Log;
  readonly #batcher: Batcher<OutputRecord>;
  readonly #writer = new AvroWriter();
  readonly #tick = emptyTick();
  readonly #unlisted = new Set<string>();
  #acknowledged = 0;
  #isClosed = false;

  /** Registers the tick schema, where it is not, and connects. Throws UserError where the topic is absent or too small, or the schema is refused. */
  static async open(options: TickProducerOptions): Promise<TickProducer> {
    const { topology, connection, registry, log = silentLog } = options;
    const { name, subject } = topology.topics.ticks;
    const table = new PartitionTable(topology.partitioning, murmur2Partition);
    const admin = await KafkaAdmin.connect(connection, log);
    const state = await admin.describeTopics([name]).finally(() => admin.close());
    const partitions = state.get(name)?.partitions;
    const hint = 'run `arbitrex topology apply`';
    if (partitions === undefined) throw new UserError(`Kafka has no topic ${name}`, { hint });
    if (partitions < table.partitions) {
      throw new UserError(`topic ${name} has ${partitions} partitions, the symbols of the settings need ${table.partitions}`, { hint });
    }
    const schemaId = await registry.register(subject, schemas.tick);
    const producer = await IdempotentProducer.open(connection, log);
    return new TickProducer(options, producer, table, schemaId, partitions);
  }

  private constructor(
    options: TickProducerOptions,
    producer: IdempotentProducer,
    table: PartitionTable,
    schemaId: number,
    partitions: number,
  ) {
    this.#producer = producer;
    this.#table = table;
    this.#partitions = partitions;
    this.#schemaId = schemaId;
    this.#log = options.log ?? silentLog;
    const limits = {
      maxItems: options.maxBatchTicks ?? DEFAULT_LIMITS.maxItems,
      maxBytes: options.maxBatchBytes ?? DEFAULT_LIMITS.maxBytes,
      lingerMs: options.lingerMs ?? DEFAULT_LIMITS.lingerMs,
    };
    const topic = options.topology.topics.ticks.name;
    this.#batcher = new Batcher(limits, async (messages) => {
      await producer.send([{ topic, messages }]);
      this.#acknowledged += messages.length;
    });
  }

  /** Ticks that Kafka has acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /**
   * Takes a tick, or several in order; resolves when there is room for the next: what was taken goes out within `lingerMs`, flush() waits for
   * its acknowledgement. Throws UserError for a tick that cannot be sent (a number that is NaN, infinite or no number, no symbol), naming the
   * field; those before it are taken.
   */
  async send(ticks: NewTick | readonly NewTick[]): Promise<void> {
    for (const tick of 'symbol' in ticks ? [ticks] : ticks) {
      this.#take(tick);
      if (this.#batcher.isFull) await this.#batcher.hasRoom();
    }
  }

  /** Resolves when every tick taken so far is acknowledged. */
  async flush(): Promise<void> {
    await this.#batcher.flush();
  }

  /** Flushes and closes the connections. May be called again. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#batcher.flush();
    } finally {
      this.#batcher.stop(new Error('the producer is closed'));
      await this.#producer.close();
    }
  }

  #take(tick: NewTick): void {
    const problem = problemOf(tick);
    if (problem !== null) throw new UserError(`a tick of ${tick.symbol || 'no symbol'} cannot be sent: ${problem}`);
    const { symbol, eventTime } = tick;
    const value = encodeTick(this.#writer, this.#schemaId, fillTick(this.#tick, tick));
    // Kafka takes no record time before 1970.
    this.#batcher.add({ partition: this.#partitionOf(symbol), key: symbol, value, timestamp: Math.max(0, eventTime) }, value.length);
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
}
