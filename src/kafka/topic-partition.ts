/** One partition of one topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/** topic-partition, as Kafka itself writes it: equal for equal partitions and different for different ones. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
