import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from '../../src/codec/generated/records.ts';
import { Registry } from '../../src/codec/registry.ts';
import { throughOutage } from '../../src/codec/through-outage.ts';
import { KafkaAdmin } from '../../src/kafka/admin.ts';
import { IdempotentProducer } from '../../src/kafka/idempotent-producer.ts';
import { murmur2Partition } from '../../src/kafka/partitioner.ts';
import { silentLog } from '../../src/log.ts';
import { applyTopology } from '../../src/provision/apply.ts';
import { OutputCodec } from '../../src/worker/output-codec.ts';
import { registerSchemas } from '../../src/worker/start-checks.ts';
import { buildTopology, type Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { parseSettings, type Settings } from '../../topology/settings.ts';
import type { TopicRole } from '../../topology/topics.ts';
import { type InputRecord, LISTED, makeInput, UNLISTED } from './input.ts';
import type { Cluster, ClusterName, World } from './platform/world.ts';
import { randomOf } from './random.ts';
import { makeReference, type Reference } from './reference.ts';
import { until } from './wait.ts';
import { WorkerProcess } from './worker-process.ts';

/** What differs between cases. */
export interface RunOptions {
  readonly name: string;
  readonly seed: number;
  readonly cluster?: ClusterName;
  readonly guarantee?: 'exactly_once' | 'at_least_once';
  readonly minutes?: number;
  readonly poison?: number;
  /** From the middle of the input on ticks are written with a schema that no worker has seen. */
  readonly hasLaterSchema?: boolean;
  readonly runtime?: Readonly<Record<string, number>>;
}

/** How long a worker may take to work off what is there, ms. */
const FINISH_LIMIT_MS = 60_000;
const INPUT_BATCH_BYTES = 4_000;
const MAX_FINISHERS = 6;
const SESSION_TIMEOUT_MS = 2_000;

/** One case under way: an installation of its own on a cluster, its input, what must come of it, and the workers started so far. */
export class Run {
  readonly options: RunOptions;
  readonly world: World;
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly topology: Topology;
  readonly admin: KafkaAdmin;
  readonly registry: Registry;
  readonly input: readonly (readonly InputRecord[])[];
  readonly reference: Reference;
  /** For the case's own choices; the input does not depend on it. */
  readonly random: () => number;
  readonly sessionTimeoutMs = SESSION_TIMEOUT_MS;
  /** Faults injected so far. */
  faults = 0;
  /** What the case itself found wrong on its way. */
  readonly problems: string[] = [];
  readonly #settingsFile: string;
  readonly #workers: WorkerProcess[] = [];
  readonly #logs: string;

  private constructor(
    options: RunOptions,
    world: World,
    cluster: Cluster,
    made: { settings: Settings; topology: Topology; admin: KafkaAdmin; registry: Registry; settingsFile: string; logs: string },
    input: readonly (readonly InputRecord[])[],
    reference: Reference,
  ) {
    this.options = options;
    this.world = world;
    this.cluster = cluster;
    this.settings = made.settings;
    this.topology = made.topology;
    this.admin = made.admin;
    this.registry = made.registry;
    this.input = input;
    this.reference = reference;
    this.random = randomOf(options.seed * 7919 + options.name.length);
    this.#settingsFile = made.settingsFile;
    this.#logs = made.logs;
  }

  /** Makes topics and schemas and the input's reference; produces nothing yet. */
  static async prepare(world: World, options: RunOptions): Promise<Run> {
    const cluster = await world.cluster(options.cluster ?? 'solo');
    const prefix = `${options.name.replaceAll('@', '-')}-${options.seed}.`;
    const logs = join(world.home.logs, prefix.slice(0, -1));
    mkdirSync(logs, { recursive: true });
    const settingsFile = join(logs, 'settings.yaml');
    const text = settingsText(prefix, options);
    writeFileSync(settingsFile, text);
    const settings = parseSettings(text, settingsFile);
    const topology = buildTopology(settings);
    const connection = { brokers: cluster.brokers, clientId: 'fault-suite' };
    const admin = await KafkaAdmin.connect(connection, silentLog);
    const registry = new Registry({ url: world.registryUrl });
    // No part of any case: the suite's own way to a registry that is busy with others.
    const registered = await throughOutage(
      async () => {
        await applyTopology(topology, { connection, admin, registry, log: silentLog });
        const ids = await registerSchemas(topology, registry);
        return { ids, laterSchemaId: options.hasLaterSchema === true ? await registerLater(topology, registry) : null };
      },
      undefined,
      () => {},
    );
    const { ids, laterSchemaId } = registered!;
    const { minutes = 120, poison = 0.01, seed } = options;
    const input = makeInput(seed, { minutes, poison, schemaId: ids.tick, laterSchemaId });
    const table = new PartitionTable(topology.partitioning, murmur2Partition);
    const reference = makeReference(input, settings.domain, new OutputCodec(settings.domain, ids, registry), table);
    return new Run(options, world, cluster, { settings, topology, admin, registry, settingsFile, logs }, input, reference);
  }

  get isExactlyOnce(): boolean {
    return this.settings.runtime.guarantee === 'exactly_once';
  }

  topic(role: TopicRole): string {
    return this.topology.topics[role].name;
  }

  get groupId(): string {
    return this.topology.stageSets.all.groupId;
  }

  /** Writes the whole input to `ticks`: what came of a log that still grows would depend on when. */
  async produce(): Promise<void> {
    // A reader gets whole batches: small ones make many fetches, and so many commits.
    const options = { maxBatchBytes: INPUT_BATCH_BYTES };
    const producer = await IdempotentProducer.open({ brokers: this.cluster.brokers, clientId: 'fault-suite' }, silentLog, options);
    await producer.send([{ topic: this.topic('ticks'), messages: this.input.flat() }]);
    await producer.close();
  }

  /** Starts a worker; `proxied`: it knows the cluster by its proxies only. */
  worker({ untilEnd = true, fault, proxied = false, name = '' }: WorkerChoice = {}): WorkerProcess {
    const worker = new WorkerProcess({
      settingsFile: this.#settingsFile,
      brokers: proxied ? this.cluster.nodes.map(({ proxy }) => proxy.address) : this.cluster.brokers,
      registryUrl: this.world.registry.url,
      compileCache: join(this.world.home.root, 'compiled'),
      logFile: join(this.#logs, `worker-${this.#workers.length}${name}.log`),
      untilEnd,
      fault,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Where the group stands in `ticks`, by partition. */
  async positions(): Promise<(number | null)[]> {
    return await this.admin.committedOffsets(this.groupId, this.topic('ticks'));
  }

  /** The share of the input that the group has worked off, 0 to 1. */
  async progress(): Promise<number> {
    const positions = await this.positions();
    return positions.reduce<number>((sum, position) => sum + (position ?? 0), 0) / this.reference.records;
  }

  /** Resolves once about that share of the input has been worked off. */
  async untilProgress(share: number): Promise<void> {
    await until(`${share} of the input is worked off`, async () => (await this.progress()) >= share, FINISH_LIMIT_MS);
  }

  /** Waits until a worker has worked off everything and ended by itself; it is a problem where it ends otherwise. */
  async untilEnded(worker: WorkerProcess): Promise<void> {
    await until(`${worker.logFile} has ended`, () => worker.ending !== null, FINISH_LIMIT_MS);
    if (worker.ending?.code !== 0) this.problems.push(`a worker ended with ${JSON.stringify(worker.ending)}: ${worker.logFile}`);
  }

  /** Waits until a worker has its first partitions; throws where it ends before. */
  async untilAssigned(worker: WorkerProcess): Promise<void> {
    await until(`${worker.logFile} has partitions`, () => worker.ending !== null || worker.hasLogged('partitions assigned'));
  }

  /** Has fresh workers, one after the other, work off all that is left; each must end by itself and well. */
  async finish(): Promise<void> {
    for (let i = 0; i < MAX_FINISHERS; i++) {
      const worker = this.worker({ name: '-finish' });
      await until('the finishing worker has ended', () => worker.ending !== null, FINISH_LIMIT_MS);
      if (worker.ending?.code !== 0) throw new Error(`the finishing worker ended with ${JSON.stringify(worker.ending)}: ${worker.logFile}`);
      // Ticks that were sent on, and the marker of the transaction that did so, came after the end that the worker saw.
      const [ends, positions] = await Promise.all([this.admin.watermarks(this.topic('ticks')), this.positions()]);
      if (ends.every(({ high }, partition) => (positions[partition] ?? 0) >= high)) return;
    }
    throw new Error(`${MAX_FINISHERS} workers in a row left input behind`);
  }

  /** Ends what still runs, and lets go of the cluster. */
  async close(): Promise<void> {
    for (const worker of this.#workers) {
      if (worker.ending !== null) continue;
      worker.signal('SIGKILL');
      await worker.ended;
    }
    await this.admin.close();
  }
}

/** How a worker of a case is started. */
export interface WorkerChoice {
  readonly untilEnd?: boolean;
  readonly fault?: string;
  readonly proxied?: boolean;
  readonly name?: string;
}

/** JSON is YAML. Commits come often, so that many of them are there to be disturbed. */
function settingsText(prefix: string, { guarantee = 'exactly_once', runtime = {} }: RunOptions): string {
  return JSON.stringify({
    timeframes: ['1m', '5m'],
    calendar: '24x7',
    window: 20,
    min_obs: 5,
    symbols: LISTED,
    shared_partitions: 1,
    universes: [{ name: 'majors', symbols: [...LISTED, UNLISTED[0]] }],
    topics: { prefix },
    runtime: {
      guarantee,
      commit_interval_ms: 20,
      commit_records: 40,
      transaction_timeout_ms: 10_000,
      session_timeout_ms: SESSION_TIMEOUT_MS,
      heartbeat_interval_ms: 300,
      rebalance_timeout_ms: 5_000,
      fetch_max_bytes_per_partition: 1_024,
      ...runtime,
    },
  });
}

async function registerLater(topology: Topology, registry: Registry): Promise<number> {
  const { fields, ...tick } = schemas.tick;
  const note = { name: 'note', type: 'string', default: '', doc: 'A field of a later version.' };
  return await registry.register(topology.topics.ticks.subject, { ...tick, fields: [...fields, note] });
}
