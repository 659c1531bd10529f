/** An installation on the tests' Kafka and registry: topics of its own, ticks sent in any shape, workers, and the topics read back. */
import { randomBytes } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import {
  type CleanOhlcv,
  type CorrelationMatrix,
  type DeadLetter,
  schemas,
  type Tier1Features,
} from '../../../src/codec/generated/records.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import type { KafkaConnection } from '../../../src/kafka/connection.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { type FetchedRecord, LogReader } from '../../../src/kafka/log-reader.ts';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { silentLog } from '../../../src/log.ts';
import { applyTopology } from '../../../src/provision/apply.ts';
import { OutputCodec } from '../../../src/worker/output-codec.ts';
import { registerSchemas } from '../../../src/worker/start-checks.ts';
import { Worker } from '../../../src/worker/worker.ts';
import { buildTopology, type StageSetName, type Topology } from '../../../topology/fx.ts';
import { PartitionTable } from '../../../topology/partition-table.ts';
import { parseSettings, type Settings } from '../../../topology/settings.ts';
import type { TopicRole } from '../../../topology/topics.ts';
import type { OutgoingTick } from './outgoing-ticks.ts';

/** What a settings file holds, as JSON. */
export type SettingsObject = Record<string, unknown>;

/** A record of a topic with its decoded value. */
export interface TopicRecord<T> extends FetchedRecord {
  readonly partition: number;
  readonly record: T;
}

/** Takes what is to be done when a test, or the tests of a file, have ended. */
export type CleanUp = (end: () => Promise<void>) => void;

/** Small batches, and reads that take a few of them: a worker comes to its next commit long before it has read everything. */
const TICK_BATCH_BYTES = 4_000;
const READ_LIMITS = { maxBytes: 4_000_000, maxBytesPerPartition: 1_000_000, maxWaitMs: 20 };

/** What every installation of these tests has besides its own settings: quick group changes, small steps. */
const RUNTIME = {
  application_id: 'worker-test',
  commit_interval_ms: 20,
  commit_records: 200,
  fetch_max_bytes_per_partition: 8_000,
  session_timeout_ms: 6_000,
  heartbeat_interval_ms: 200,
};

export class Installation {
  readonly file: SettingsObject;
  readonly settings: Settings;
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly admin: KafkaAdmin;
  readonly table: PartitionTable;
  /** Encodes as the workers of this installation do. */
  readonly codec: OutputCodec;
  readonly tickSchemaId: number;
  readonly #producer: IdempotentProducer;
  readonly #cleanUp: CleanUp;

  private constructor(
    parts: Pick<Installation, 'file' | 'settings' | 'topology' | 'connection' | 'registry' | 'admin' | 'codec' | 'tickSchemaId'>,
    producer: IdempotentProducer,
    cleanUp: CleanUp,
  ) {
    this.file = parts.file;
    this.settings = parts.settings;
    this.topology = parts.topology;
    this.connection = parts.connection;
    this.registry = parts.registry;
    this.admin = parts.admin;
    this.codec = parts.codec;
    this.tickSchemaId = parts.tickSchemaId;
    this.table = new PartitionTable(parts.topology.partitioning, murmur2Partition);
    this.#producer = producer;
    this.#cleanUp = cleanUp;
  }

  /** Creates the topics of these settings under a prefix of their own; they are deleted when the test, or what `cleanUp` waits for, ends. */
  static async open(file: SettingsObject, cleanUp: CleanUp = onTestFinished): Promise<Installation> {
    return await Installation.#open(withDefaults(file, `worker-${randomBytes(4).toString('hex')}.`), null, cleanUp);
  }

  /** A variant beside this installation, its topics made; `changes` to the settings are its definition. */
  async openVariant(suffix: string, changes: SettingsObject, cleanUp: CleanUp = onTestFinished): Promise<Installation> {
    return await Installation.#open(merged(this.file, changes), suffix, cleanUp);
  }

  static async #open(whole: SettingsObject, suffix: string | null, cleanUp: CleanUp): Promise<Installation> {
    const settings = parseSettings(JSON.stringify(whole), 'settings.json');
    const topology = buildTopology(settings, suffix);
    const connection = { brokers: inject('brokers'), clientId: 'worker-test' };
    const registry = new Registry({ url: inject('registryUrl') });
    const admin = await KafkaAdmin.connect(connection, silentLog);
    await applyTopology(topology, { connection, admin, registry, log: silentLog });
    const ids = await registerSchemas(topology, registry);
    const codec = new OutputCodec(settings.domain, ids, registry);
    const producer = await IdempotentProducer.open(connection, silentLog, { maxBatchBytes: TICK_BATCH_BYTES });
    const parts = { file: whole, settings, topology, connection, registry, admin, codec, tickSchemaId: ids.tick };
    const installation = new Installation(parts, producer, cleanUp);
    cleanUp(() => installation.#close());
    return installation;
  }

  topic(role: TopicRole): string {
    return this.topology.topics[role].name;
  }

  /** The partition that a symbol's ticks belong on; ticks without one go to partition 0. */
  partitionOf(symbol: string): number {
    return this.table.partitionOf(symbol) ?? 0;
  }

  /** Sends ticks in order, each to its symbol's partition under its symbol as key, where it does not say otherwise. */
  async send(...ticks: readonly OutgoingTick[]): Promise<void> {
    const messages = ticks.map(({ symbol, value, timestamp, partition, key, headers }) => ({
      partition: partition ?? this.partitionOf(symbol),
      key: key === undefined ? symbol : key,
      value,
      timestamp,
      headers: headers ?? [],
    }));
    await this.#producer.send([{ topic: this.topic('ticks'), messages }]);
  }

  /** Starts a worker in this process; it is stopped with the installation, if it was not before. `file` changes settings. */
  async startWorker(stages: StageSetName = 'all', file: SettingsObject = {}): Promise<Worker> {
    const settings = parseSettings(JSON.stringify(merged(this.file, file)), 'settings.json');
    const worker = await Worker.start({
      settings,
      topology: buildTopology(settings, this.topology.suffix),
      stages,
      connection: this.connection,
      registry: this.registry,
      log: silentLog,
    });
    this.#cleanUp(() => worker.stop());
    return worker;
  }

  /** Lets a worker of these stages work off all input there is, and stops it. */
  async runToEnd(stages: StageSetName = 'all', file: SettingsObject = {}): Promise<void> {
    const worker = await this.startWorker(stages, file);
    await Promise.race([worker.caughtUp(), worker.failed]);
    await worker.stop();
  }

  cleanBars(): Promise<TopicRecord<CleanOhlcv>[]> {
    return this.#read('clean-ohlcv', schemas['clean-ohlcv']);
  }

  featureRows(): Promise<TopicRecord<Tier1Features>[]> {
    return this.#read('features-tier1', schemas['features-tier1']);
  }

  matrices(): Promise<TopicRecord<CorrelationMatrix>[]> {
    return this.#read('features-tier2', schemas['features-tier2']);
  }

  deadLetters(): Promise<TopicRecord<DeadLetter>[]> {
    return this.#read('dead-letters', schemas['dead-letter']);
  }

  /** Committed records of a topic, partition by partition, as they lie in the log. */
  async records(role: TopicRole): Promise<(FetchedRecord & { readonly partition: number })[]> {
    const reader = new LogReader(this.connection, silentLog, { isolation: 'read_committed', ...READ_LIMITS });
    const topic = this.topic(role);
    await reader.connect();
    try {
      const partitions = [...Array(this.topology.topics[role].partitions).keys()];
      const [starts, ends] = await Promise.all([reader.listOffsets(topic, partitions, 'earliest'), stableEnds(reader, topic, partitions)]);
      for (const partition of partitions) reader.assign(topic, partition, starts.get(partition)!);
      const found = partitions.map((): (FetchedRecord & { readonly partition: number })[] => []);
      while (partitions.some((partition) => reader.position(topic, partition)! < ends.get(partition)!)) {
        for (const { partition, records } of await reader.fetch()) {
          found[partition]!.push(...[...records].map((record) => ({ ...record, partition })));
        }
      }
      return found.flat();
    } finally {
      await reader.close();
    }
  }

  async #read<T>(role: TopicRole, schema: object): Promise<TopicRecord<T>[]> {
    const decoder = new RecordDecoder<T>(this.registry, schema);
    const records = await this.records(role);
    await decoder.prepare(records.map(({ value }) => value));
    return records.map((record) => ({ ...record, record: decoder.decode(record.value) }));
  }

  async #close(): Promise<void> {
    await this.#producer.close();
    const own = Object.values(this.topology.topics).filter(({ isBorrowed }) => !isBorrowed);
    await this.admin.deleteTopics(own.map(({ name }) => name));
    await this.admin.close();
  }
}

function withDefaults(file: SettingsObject, prefix: string): SettingsObject {
  return merged({ runtime: RUNTIME, topics: { prefix } }, file);
}

/** `changes` over `file`; groups of keys are merged, all else is replaced. */
function merged(file: SettingsObject, changes: SettingsObject): SettingsObject {
  const result = { ...file };
  for (const [key, value] of Object.entries(changes)) {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    result[key] = isGroup ? { ...(result[key] as SettingsObject | undefined), ...value } : value;
  }
  return result;
}

/** How long markers may take that a commit has not waited for, ms. What is open longer was begun by somebody who is gone. */
const MARKERS_LIMIT_MS = 1_000;

/**
 * Where committed records end: a commit is acknowledged, and its position read, before its markers lie in every partition. Waits for what is under
 * way at the call.
 */
async function stableEnds(reader: LogReader, topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
  const written = await reader.listOffsets(topic, partitions, 'high-watermark');
  const deadline = performance.now() + MARKERS_LIMIT_MS;
  for (;;) {
    const stable = await reader.listOffsets(topic, partitions, 'last-stable');
    if (performance.now() > deadline || partitions.every((partition) => stable.get(partition)! >= written.get(partition)!)) return stable;
  }
}
