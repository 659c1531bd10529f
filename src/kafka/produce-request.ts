import type { TopicPartition } from './topic-partition.ts';

/** A finished record batch and where it goes. */
export interface PartitionBatch extends TopicPartition {
  bytes: Buffer;
}

/** One partition's part of a Produce response. `errorCode` 0 is success; 46 says that the batch had been written by an earlier try. */
export interface ProduceResult extends TopicPartition {
  errorCode: number;
}

const ALL_REPLICAS = -1;

/** The body of a Produce request of version 7, in parts: the batches are not copied. `timeoutMs` is how long the leader may wait for its followers. */
export function encodeProduceRequest(transactionalId: string | null, timeoutMs: number, batches: readonly PartitionBatch[]): Buffer[] {
  const byTopic = Map.groupBy(batches, ({ topic }) => topic);
  const parts: Buffer[] = [];
  let small: Buffer[] = [nullableString(transactionalId), int16(ALL_REPLICAS), int32(timeoutMs), int32(byTopic.size)];
  for (const [topic, ofTopic] of byTopic) {
    small.push(nullableString(topic), int32(ofTopic.length));
    for (const { partition, bytes } of ofTopic) {
      small.push(int32(partition), int32(bytes.length));
      parts.push(Buffer.concat(small), bytes);
      small = [];
    }
  }
  return parts;
}

/** Decodes a Produce response of version 7. */
export function decodeProduceResponse(response: Buffer): ProduceResult[] {
  const results: ProduceResult[] = [];
  const offsetAndTimesSize = 24;
  let at = 4;
  for (let topics = response.readInt32BE(0); topics > 0; topics--) {
    const nameEnd = at + 2 + response.readInt16BE(at);
    const topic = response.toString('utf8', at + 2, nameEnd);
    at = nameEnd + 4;
    for (let partitions = response.readInt32BE(nameEnd); partitions > 0; partitions--) {
      results.push({ topic, partition: response.readInt32BE(at), errorCode: response.readInt16BE(at + 4) });
      at += 6 + offsetAndTimesSize;
    }
  }
  return results;
}

function nullableString(text: string | null): Buffer {
  return text === null ? int16(-1) : Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
