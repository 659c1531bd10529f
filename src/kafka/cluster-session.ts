import type { Log } from '../log.ts';
import { type CuttableCluster, createCluster, type KafkaConnection } from './connection.ts';
import { ask, type Broker, type PartitionMetadata } from './internals.ts';
import { ErrorCode, errorCodeOf, throwUnlessSuccess } from './response-error.ts';

/** What a broker coordinates. */
export type CoordinatorKind = 'group' | 'transaction';

const COORDINATOR_TYPES: Record<CoordinatorKind, number> = { group: 0, transaction: 1 };

/** The session was closed while it was used. */
export class SessionClosed extends Error {
  override readonly name: string = 'SessionClosed';
}

/**
 * One user's own connections to a cluster, made when first needed. After an error that is no broker's answer, drop() closes them all and the next call
 * connects anew: kafkajs' own repair keeps connections in states from which nothing but time-outs leads out.
 */
export class ClusterSession {
  readonly #connection: KafkaConnection;
  readonly #log: Log;
  readonly #coordinators = new Map<string, number>();
  #current: { cluster: CuttableCluster; ready: Promise<void> } | undefined;
  #isClosed = false;

  constructor(connection: KafkaConnection, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Any broker, connected. Throws kafkajs' connection errors. */
  async anyBroker(): Promise<Broker> {
    return await (await this.#connected()).brokerPool.findConnectedBroker();
  }

  /** The broker with this node id, connected. Throws kafkajs' connection errors, also where the last metadata did not know it. */
  async broker(nodeId: number): Promise<Broker> {
    return await (await this.#connected()).brokerPool.findBroker({ nodeId });
  }

  /** The broker that coordinates a group or a transactional id. Throws ResponseError where there is none at present. */
  async coordinator(kind: CoordinatorKind, id: string): Promise<Broker> {
    const known = this.#coordinators.get(`${kind}/${id}`);
    if (known !== undefined) return await this.broker(known);
    const asked = await this.anyBroker();
    const { errorCode, coordinator } = await ask(asked, 'GroupCoordinator', { groupId: id, coordinatorType: COORDINATOR_TYPES[kind] });
    throwUnlessSuccess(`FindCoordinator for ${kind} ${id}`, errorCode);
    const broker = await this.broker(coordinator.nodeId);
    this.#coordinators.set(`${kind}/${id}`, coordinator.nodeId);
    return broker;
  }

  /** What the cluster says of these topics now. A topic it does not know has no partitions; a partition without a leader has leader -1. */
  async partitionsOf(topics: readonly string[]): Promise<Map<string, PartitionMetadata[]>> {
    const { brokerPool } = await this.#connected();
    await brokerPool.refreshMetadata([...topics]);
    const partitions = new Map<string, PartitionMetadata[]>(topics.map((topic) => [topic, []]));
    for (const { topic, topicErrorCode, partitionMetadata } of brokerPool.metadata?.topicMetadata ?? []) {
      if (topicErrorCode === ErrorCode.unknownTopicOrPartition || !partitions.has(topic)) continue;
      throwUnlessSuccess(`Metadata of topic ${topic}`, topicErrorCode);
      partitions.set(topic, partitionMetadata);
    }
    return partitions;
  }

  /**
   * Puts right what `error` says is wrong with these connections, for the next call: a moved coordinator is looked up again, connections are closed
   * where the error is no broker's answer.
   */
  async repairAfter(error: unknown): Promise<void> {
    this.#coordinators.clear();
    if (errorCodeOf(error) === undefined) await this.drop();
  }

  /** Closes every connection at once, rejecting the requests in flight. The next call connects anew. */
  async drop(): Promise<void> {
    const dropped = this.#current;
    this.#current = undefined;
    this.#coordinators.clear();
    await dropped?.cluster.disconnectNow();
  }

  /** Closes every connection for good: requests in flight are rejected, all later calls throw SessionClosed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.drop();
  }

  async #connected(): Promise<CuttableCluster> {
    if (this.#isClosed) throw new SessionClosed('these connections are closed');
    this.#current ??= this.#connect();
    const current = this.#current;
    try {
      await current.ready;
    } catch (error) {
      if (this.#current === current) await this.drop();
      throw error;
    }
    return current.cluster;
  }

  #connect(): { cluster: CuttableCluster; ready: Promise<void> } {
    const cluster = createCluster(this.#connection, this.#log, { topicErrors: 'kept' });
    // Metadata tells the node ids, which every other call needs.
    const ready = cluster.connect().then(() => cluster.brokerPool.refreshMetadata([]));
    return { cluster, ready };
  }
}
