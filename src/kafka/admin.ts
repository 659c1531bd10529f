/** Topics, offsets and groups of a cluster: what `topology apply`, `reset` and the status views ask and change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type CuttableCluster, createCluster, explainConnectError, type KafkaConnection } from './connection.ts';
import { type Answers, ask, type Broker, protocolError } from './internals.ts';
import { listOffsets } from './offset-list.ts';
import { ReadErrorCode } from './read-errors.ts';
import { retryTransient } from './retry.ts';
import { TopicLeaders } from './topic-leaders.ts';

/** A topic to be created. */
export interface TopicSpec {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Settings by name, e.g. 'retention.ms': '-1'; all others take the cluster's defaults. */
  configs: Readonly<Record<string, string>>;
}

/** A topic as it is. */
export interface TopicState {
  partitions: number;
  /** Of its first partition. */
  replicationFactor: number;
  /** Every setting with the value in force, from whatever level it comes. */
  configs: Record<string, string>;
}

/** One member of a consumer group. */
export interface GroupMember {
  memberId: string;
  clientId: string;
  /** As the broker sees it, with a slash in front. */
  host: string;
}

const TOPIC_RESOURCE = 2;
/** The source of a setting that the topic itself carries. */
const SET_ON_TOPIC = 1;
const TOPIC_ALREADY_EXISTS = 36;
const NON_EMPTY_GROUP = 68;
const GROUP_ID_NOT_FOUND = 69;

/** How long an operation keeps trying, and how long a change may take to show, ms. */
const OPERATION_LIMIT_MS = 15_000;
const CHANGE_LIMIT_MS = 30_000;
const CHANGE_POLL_MS = 50;

/** An administrator's connection. Every method retries what may pass, then throws; what a person can mend is a UserError. */
export class KafkaAdmin {
  readonly #connection: KafkaConnection;
  readonly #cluster: CuttableCluster;
  readonly #leaders: TopicLeaders;

  private constructor(connection: KafkaConnection, cluster: CuttableCluster) {
    this.#connection = connection;
    this.#cluster = cluster;
    this.#leaders = new TopicLeaders(cluster);
  }

  /** Throws KafkaUnreachable. */
  static async connect(connection: KafkaConnection, log: Log): Promise<KafkaAdmin> {
    const cluster = createCluster(connection, log, { topicErrors: 'kept' });
    try {
      await cluster.connect();
      await cluster.refreshMetadata();
    } catch (error) {
      await cluster.disconnectNow();
      throw explainConnectError(connection, error);
    }
    return new KafkaAdmin(connection, cluster);
  }

  /** The topics that exist, by name; absent ones are left out. */
  async describeTopics(names: readonly string[]): Promise<Map<string, TopicState>> {
    if (names.length === 0) return new Map();
    return await this.#retry(async () => {
      const topics = await this.#existing(names);
      const configs = topics.length === 0 ? new Map() : await this.#configs(topics.map(({ topic }) => topic));
      return new Map(
        topics.map(({ topic, partitionMetadata }) => {
          const entries: ConfigEntry[] = configs.get(topic) ?? [];
          const state: TopicState = {
            partitions: partitionMetadata.length,
            replicationFactor: partitionMetadata.find(({ partitionId }) => partitionId === 0)?.replicas.length ?? 0,
            configs: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
          };
          return [topic, state];
        }),
      );
    });
  }

  /** Creates the topics and waits until every partition has a leader. A topic that exists already is left as it is. Throws UserError with the broker's reason. */
  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    const topics = specs.map(({ name, partitions, replicationFactor, configs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }));
    await this.#retry(async () => {
      const answer = await ask(await this.#controller(), 'CreateTopics', { topics, validateOnly: false, timeout: CHANGE_LIMIT_MS });
      for (const { topic, errorCode, errorMessage } of answer.topicErrors) {
        if (errorCode !== TOPIC_ALREADY_EXISTS) throwRefusal(`Topic ${topic} could not be created`, errorCode, errorMessage);
      }
    });
    await this.#untilLed(new Map(specs.map(({ name, partitions }) => [name, partitions])));
  }

  /** Grows the topic to `partitions` in all and waits until each has a leader. Fine where it has that many already; throws UserError where it has more. */
  async growPartitions(name: string, partitions: number): Promise<void> {
    await this.#retry(async () => {
      const current = (await this.#topic(name)).partitionMetadata.length;
      if (current === partitions) return;
      const topicPartitions = [{ topic: name, count: partitions, assignments: [] }];
      const answer = await ask(await this.#controller(), 'CreatePartitions', {
        topicPartitions,
        validateOnly: false,
        timeout: CHANGE_LIMIT_MS,
      });
      for (const { errorCode, errorMessage } of answer.topicErrors) {
        throwRefusal(`Topic ${name} could not be grown from ${current} to ${partitions} partitions`, errorCode, errorMessage);
      }
    });
    await this.#untilLed(new Map([[name, partitions]]));
  }

  /** Sets these settings of the topic; those it carries besides stay. Not atomic: another change at the same moment may be lost. */
  async alterConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    await this.#retry(async () => {
      // The protocol's incremental change is unknown to kafkajs, and the one it knows replaces all that the topic carries.
      const carried = ((await this.#configs([name])).get(name) ?? []).filter(({ configSource }) => configSource === SET_ON_TOPIC);
      const merged = { ...Object.fromEntries(carried.map(({ configName, configValue }) => [configName, configValue])), ...configs };
      const configEntries = Object.entries(merged).map(([key, value]) => ({ name: key, value }));
      const resources = [{ type: TOPIC_RESOURCE, name, configEntries }];
      const answer = await ask(await this.#controller(), 'AlterConfigs', { resources, validateOnly: false });
      for (const { errorCode, errorMessage } of answer.resources)
        throwRefusal(`The settings of topic ${name} could not be changed`, errorCode, errorMessage);
    });
    await this.#until(`the settings of topic ${name} show`, async () => {
      const entries = (await this.#configs([name])).get(name) ?? [];
      return Object.entries(configs).every(([key, value]) =>
        entries.some(({ configName, configValue }) => configName === key && configValue === value),
      );
    });
  }

  /** Deletes the topics that exist and waits until they are gone. */
  async deleteTopics(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#retry(async () => {
      const topics = (await this.#existing(names)).map(({ topic }) => topic);
      if (topics.length === 0) return;
      const answer = await ask(await this.#controller(), 'DeleteTopics', { topics, timeout: CHANGE_LIMIT_MS });
      for (const { topic, errorCode } of answer.topicErrors) {
        if (errorCode !== ReadErrorCode.unknownTopicOrPartition) throwRefusal(`Topic ${topic} could not be deleted`, errorCode, null);
      }
    });
    await this.#until(`topics ${names.join(', ')} are gone`, async () => (await this.#existing(names)).length === 0);
  }

  /** First offset and high watermark by partition. Throws UserError where there is no such topic. */
  async watermarks(topic: string): Promise<{ low: number; high: number }[]> {
    return await this.#retry(async () => {
      const partitions = (await this.#topic(topic)).partitionMetadata.map((_, partition) => partition);
      const lows = await listOffsets(this.#leaders, topic, partitions, 'earliest');
      const highs = await listOffsets(this.#leaders, topic, partitions, 'high-watermark');
      return partitions.map((partition) => ({ low: lows.get(partition)!, high: highs.get(partition)! }));
    });
  }

  /** What the group has committed by partition of the topic; null where nothing is. Throws UserError where there is no such topic. */
  async committedOffsets(group: string, topic: string): Promise<(number | null)[]> {
    return await this.#retry(async () => {
      const partitions = (await this.#topic(topic)).partitionMetadata.map((_, partition) => ({ partition }));
      const coordinator = await this.#cluster.findGroupCoordinator({ groupId: group });
      const answer = await ask(coordinator, 'OffsetFetch', { groupId: group, topics: [{ topic, partitions }] });
      throwRefusal(`The offsets of group ${group} cannot be read`, answer.errorCode, null);
      const offsets: (number | null)[] = partitions.map(() => null);
      for (const { partition, errorCode, offset } of answer.responses.flatMap((response) => response.partitions)) {
        throwRefusal(`The offsets of group ${group} cannot be read`, errorCode, null);
        offsets[partition] = Number(offset) < 0 ? null : Number(offset);
      }
      return offsets;
    });
  }

  /** Who is in the group now; nobody where there is no such group. */
  async groupMembers(group: string): Promise<GroupMember[]> {
    return await this.#retry(async () => {
      const answer = await ask(await this.#cluster.findGroupCoordinator({ groupId: group }), 'DescribeGroups', { groupIds: [group] });
      return answer.groups.flatMap(({ errorCode, members }) => {
        if (errorCode === GROUP_ID_NOT_FOUND) return [];
        throwRefusal(`Group ${group} cannot be described`, errorCode, null);
        return members.map(({ memberId, clientId, clientHost }) => ({ memberId, clientId, host: clientHost }));
      });
    });
  }

  /** Deletes the groups with their offsets; those that do not exist are fine. Throws UserError where one has members. */
  async deleteGroups(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await this.#retry(async () => {
        const answer = await ask(await this.#cluster.findGroupCoordinator({ groupId: id }), 'DeleteGroups', [id]);
        for (const { errorCode } of answer.results) {
          if (errorCode === NON_EMPTY_GROUP) throw new UserError(`Group ${id} has members`, { hint: 'Stop its workers first.' });
          if (errorCode !== GROUP_ID_NOT_FOUND) throwRefusal(`Group ${id} could not be deleted`, errorCode, null);
        }
      });
    }
  }

  /** How many brokers the cluster has now. */
  async brokerCount(): Promise<number> {
    return await this.#retry(async () => {
      await this.#cluster.refreshMetadata();
      return this.#cluster.brokerPool.metadata!.brokers.length;
    });
  }

  async close(): Promise<void> {
    await this.#cluster.disconnectNow();
  }

  async #retry<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await retryTransient(operation, OPERATION_LIMIT_MS);
    } catch (error) {
      throw explainConnectError(this.#connection, error);
    }
  }

  /** In ZooKeeper times only the controller changed topics; today any broker passes it on. Its id comes with metadata, so this asks for that first. */
  async #controller(): Promise<Broker> {
    await this.#cluster.refreshMetadata();
    return await this.#cluster.findControllerBroker();
  }

  async #existing(names: readonly string[]): Promise<Answers['Metadata']['topicMetadata']> {
    const broker = await this.#cluster.brokerPool.findConnectedBroker();
    const { topicMetadata } = await broker.metadata([...names]);
    const existing = topicMetadata.filter(({ topicErrorCode }) => topicErrorCode !== ReadErrorCode.unknownTopicOrPartition);
    for (const { topic, topicErrorCode } of existing) throwRefusal(`Topic ${topic} cannot be described`, topicErrorCode, null);
    return existing;
  }

  async #topic(name: string): Promise<Answers['Metadata']['topicMetadata'][number]> {
    const [topic] = await this.#existing([name]);
    if (topic === undefined) throw new UserError(`There is no topic ${name}`, { hint: 'arbitrex topology apply creates what is missing.' });
    return topic;
  }

  async #configs(topics: readonly string[]): Promise<Map<string, ConfigEntry[]>> {
    const resources = topics.map((name) => ({ type: TOPIC_RESOURCE, name }));
    const answer = await ask(await this.#cluster.brokerPool.findConnectedBroker(), 'DescribeConfigs', {
      resources,
      includeSynonyms: false,
    });
    for (const { resourceName, errorCode, errorMessage } of answer.resources) {
      throwRefusal(`The settings of topic ${resourceName} cannot be read`, errorCode, errorMessage);
    }
    return new Map(answer.resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
  }

  async #untilLed(counts: ReadonlyMap<string, number>): Promise<void> {
    await this.#until(`all partitions of ${[...counts.keys()].join(', ')} have a leader`, async () => {
      const topics = await this.#existing([...counts.keys()]);
      const led = topics.filter(({ topic, partitionMetadata }) => {
        return partitionMetadata.length >= counts.get(topic)! && partitionMetadata.every(({ leader }) => leader >= 0);
      });
      return led.length === counts.size;
    });
  }

  async #until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + CHANGE_LIMIT_MS;
    while (!(await this.#retry(isTrue))) {
      if (performance.now() >= deadline) {
        throw new UserError(`Waited ${CHANGE_LIMIT_MS / 1_000} s in vain until ${what}`, {
          hint: 'Check that all brokers of the cluster are up.',
        });
      }
      await sleep(CHANGE_POLL_MS);
    }
  }
}

type ConfigEntry = Answers['DescribeConfigs']['resources'][number]['configEntries'][number];

/** Throws unless `code` is 0: what may pass as it is, for the retry; all else as a UserError with the broker's own words where it sent some. */
function throwRefusal(what: string, code: number, reason: string | null | undefined): void {
  if (code === 0) return;
  const error = protocolError(code);
  if (error.retriable) throw error;
  throw new UserError(`${what}: ${reason ?? error.message} (${error.type})`, { cause: error });
}
