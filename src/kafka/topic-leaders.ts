import { type Broker, type Cluster, protocolError } from './internals.ts';
import { ReadErrorCode } from './read-errors.ts';

/** Which broker leads which partition, topic by topic: a topic in trouble does not hide the leaders of another. Wants a cluster that keeps topic errors. */
export class TopicLeaders {
  readonly #cluster: Cluster;
  /** Topic → partition → node id; undefined for a partition that exists but whose leader is not known. */
  readonly #leaders = new Map<string, Map<number, number | undefined>>();
  #lastRefresh: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The node id of the leader, undefined where it is not known (any more): refresh the topic. */
  leaderOf(topic: string, partition: number): number | undefined {
    return this.#leaders.get(topic)?.get(partition);
  }

  /** The partitions of the topic as of its last refresh, in order; empty before the first. */
  partitionsOf(topic: string): number[] {
    return [...(this.#leaders.get(topic)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** The broker says that it is not the leader, or does not answer. */
  forget(topic: string, partition: number): void {
    const partitions = this.#leaders.get(topic);
    if (partitions?.has(partition)) partitions.set(partition, undefined);
  }

  /** Asks the cluster. Throws the topic's error (UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED, …) or that of the connection. */
  async refresh(topic: string): Promise<void> {
    // One at a time: kafkajs keeps one answer, and the next replaces it.
    const refreshed = this.#lastRefresh.then(() => this.#refreshNow(topic));
    this.#lastRefresh = refreshed.catch(() => {});
    await refreshed;
  }

  /** The broker of that node id, connected. */
  async broker(nodeId: number): Promise<Broker> {
    return await this.#cluster.brokerPool.findBroker({ nodeId });
  }

  async #refreshNow(topic: string): Promise<void> {
    await this.#cluster.brokerPool.refreshMetadata([topic]);
    const found = this.#cluster.brokerPool.metadata?.topicMetadata.find((candidate) => candidate.topic === topic);
    if (found === undefined || found.topicErrorCode !== 0) {
      this.#leaders.delete(topic);
      throw protocolError(found?.topicErrorCode ?? ReadErrorCode.unknownTopicOrPartition);
    }
    this.#leaders.set(
      topic,
      new Map(found.partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader < 0 ? undefined : leader])),
    );
  }
}
