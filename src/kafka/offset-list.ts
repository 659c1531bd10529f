import { ask, protocolError } from './internals.ts';
import { ReadErrorCode } from './read-errors.ts';
import type { TopicLeaders } from './topic-leaders.ts';

/**
 * A place in a partition's log. 'high-watermark' is the end of what is replicated, whatever its transaction's fate; 'last-stable' is the end of what
 * read_committed can see, and can lag a commit whose offsets are visible already. A time means the first record with that record time or a later one.
 */
export type LogPlace = 'earliest' | 'high-watermark' | 'last-stable' | { timestampMs: number };

/** ListOffsets, once: the offset at `place` by partition; for a time after the last record's the high watermark. Throws the first partition's error. */
export async function listOffsets(
  leaders: TopicLeaders,
  topic: string,
  partitions: readonly number[],
  place: LogPlace,
): Promise<Map<number, number>> {
  if (partitions.some((partition) => leaders.leaderOf(topic, partition) === undefined)) await leaders.refresh(topic);
  const byLeader = Map.groupBy(partitions, (partition) => leaders.leaderOf(topic, partition));
  const offsets = new Map<number, number>();
  const askLeader = async (leader: number | undefined, led: number[]) => {
    if (leader === undefined) {
      const exists = leaders.partitionsOf(topic).includes(led[0]!);
      throw protocolError(exists ? ReadErrorCode.leaderNotAvailable : ReadErrorCode.unknownTopicOrPartition);
    }
    try {
      for (const [partition, offset] of await askBroker(leaders, leader, topic, led, place)) offsets.set(partition, offset);
    } catch (error) {
      for (const partition of led) leaders.forget(topic, partition);
      throw error;
    }
  };
  await Promise.all([...byLeader].map(([leader, led]) => askLeader(leader, led)));
  const beyond = partitions.filter((partition) => offsets.get(partition) === -1);
  if (beyond.length > 0)
    for (const [partition, end] of await listOffsets(leaders, topic, beyond, 'high-watermark')) offsets.set(partition, end);
  return offsets;
}

async function askBroker(
  leaders: TopicLeaders,
  leader: number,
  topic: string,
  partitions: number[],
  place: LogPlace,
): Promise<[number, number][]> {
  const timestamp = place === 'earliest' ? -2 : typeof place === 'string' ? -1 : place.timestampMs;
  const answer = await ask(await leaders.broker(leader), 'ListOffsets', {
    isolationLevel: place === 'last-stable' ? 1 : 0,
    topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
  });
  return answer.responses.flatMap((response) =>
    response.partitions.map(({ partition, errorCode, offset }): [number, number] => {
      if (errorCode !== 0) throw protocolError(errorCode);
      return [partition, Number(offset)];
    }),
  );
}
