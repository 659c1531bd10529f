import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countRecords } from '../../src/clients/count-records.ts';
import { produceTicks } from '../../src/clients/produce-file.ts';
import type { NewTick } from '../../src/clients/tick-producer.ts';
import { Registry } from '../../src/codec/registry.ts';
import { KafkaAdmin } from '../../src/kafka/admin.ts';
import type { KafkaConnection } from '../../src/kafka/connection.ts';
import { silentLog } from '../../src/log.ts';
import { applyTopology, type ProvisionTools } from '../../src/provision/apply.ts';
import { resetTopology } from '../../src/provision/reset.ts';
import { buildTopology, type Topology } from '../../topology/fx.ts';
import { parseSettings } from '../../topology/settings.ts';
import type { TopicRole } from '../../topology/topics.ts';
import type { BenchContext } from './command.ts';
import type { BenchPlatform } from './platform.ts';

/** What a worker promises; both are measured. */
export const GUARANTEES = ['at_least_once', 'exactly_once'] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** Settings as they stand in the file, but for what differs between the runs on the same topics. */
export type SettingsText = Readonly<Record<string, unknown>>;

/** Topics, schemas and settings of one benchmark on a platform, under a prefix of its own. */
export class Installation {
  readonly platform: BenchPlatform;
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly admin: KafkaAdmin;
  readonly registry: Registry;
  readonly #settings: SettingsText;

  private constructor(platform: BenchPlatform, settings: SettingsText, tools: Omit<ProvisionTools, 'log'>, topology: Topology) {
    this.platform = platform;
    this.topology = topology;
    this.connection = tools.connection;
    this.admin = tools.admin;
    this.registry = tools.registry;
    this.#settings = settings;
  }

  /** Makes the topics and registers the schemas. The topics go with the scope. `prefix`: '' for the names that the peers use. */
  static async create({ scope }: BenchContext, platform: BenchPlatform, settings: SettingsText, prefix?: string): Promise<Installation> {
    const own = { ...settings, topics: { ...(settings.topics as object), prefix: prefix ?? `bench-${randomUUID().slice(0, 8)}.` } };
    const topology = buildTopology(parseSettings(JSON.stringify(own), 'benchmark'));
    const connection = { brokers: platform.brokers, clientId: 'arbitrex-bench' };
    const admin = await KafkaAdmin.connect(connection, silentLog);
    scope.defer(() => admin.close());
    const registry = new Registry({ url: platform.registryUrl });
    await applyTopology(topology, { connection, admin, registry, log: silentLog });
    // Data of an own platform goes as a whole; a cluster of others is to be left as it was.
    if (platform.kafkaPid === null) scope.defer(() => admin.deleteTopics(Object.values(topology.topics).map(({ name }) => name)));
    return new Installation(platform, own, { connection, admin, registry }, topology);
  }

  topic(role: TopicRole): string {
    return this.topology.topics[role].name;
  }

  /** The group of the workers of all stages. */
  get groupId(): string {
    return this.topology.stageSets.all.groupId;
  }

  /** Writes the settings file for workers of this guarantee, with what else is to differ in `runtime`; returns its path. JSON is YAML. */
  settingsFile(guarantee: Guarantee, runtime: Readonly<Record<string, unknown>> = {}): string {
    const file = join(this.platform.folder, `settings-${randomUUID().slice(0, 8)}.yaml`);
    const text = { ...this.#settings, runtime: { ...(this.#settings.runtime as object), guarantee, ...runtime } };
    writeFileSync(file, JSON.stringify(text));
    return file;
  }

  /** Writes ticks as fast as it can; resolves when all are acknowledged. */
  async produce(ticks: Iterable<NewTick>, onProgress: (sent: number) => void = () => {}): Promise<void> {
    const { topology, connection, registry } = this;
    await produceTicks(ticks, { topology, connection, registry, onProgress });
  }

  /** As if no worker had ever run: offsets, state and outputs go, ticks stay. No worker may be running. */
  async reset(): Promise<void> {
    const { connection, admin, registry } = this;
    await resetTopology(this.topology, { connection, admin, registry, log: silentLog });
  }

  /** Committed records of a topic. */
  async count(role: TopicRole): Promise<number> {
    return await countRecords(this.connection, this.topic(role), silentLog);
  }
}
