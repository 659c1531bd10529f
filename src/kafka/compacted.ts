import type { Log } from '../log.ts';
import type { KafkaConnection } from './connection.ts';
import { LogReader } from './log-reader.ts';

/** Reads one partition of a compacted topic from its first to its last committed record: the newest value of every key; deleted keys are left out. */
export async function readNewestValues(
  connection: KafkaConnection,
  topic: string,
  partition: number,
  log: Log,
): Promise<Map<string, Buffer>> {
  const reader = new LogReader(connection, log, {
    isolation: 'read_committed',
    maxBytes: 4 * 1024 * 1024,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxWaitMs: 100,
  });
  await reader.connect();
  try {
    const first = await reader.listOffsets(topic, [partition], 'earliest');
    const end = (await reader.listOffsets(topic, [partition], 'last-stable')).get(partition) ?? 0;
    let next = first.get(partition) ?? 0;
    const newest = new Map<string, Buffer>();
    reader.assign(topic, partition, next);
    while (next < end) {
      for (const batch of await reader.fetch()) {
        for (const { key, value } of batch.records) {
          if (key === null) continue;
          if (value === null) newest.delete(key.toString());
          else newest.set(key.toString(), value);
        }
        next = batch.nextOffset;
      }
    }
    return newest;
  } finally {
    await reader.close();
  }
}
