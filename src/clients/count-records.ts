import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { LogReader } from '../kafka/log-reader.ts';
import type { Log } from '../log.ts';

/** Committed records of a topic, counted by reading them: offsets count transaction markers and aborted records too. */
export async function countRecords(connection: KafkaConnection, topic: string, log: Log): Promise<number> {
  const admin = await KafkaAdmin.connect(connection, log);
  const watermarks = await admin.watermarks(topic);
  await admin.close();
  const reader = new LogReader(connection, log, {
    isolation: 'read_committed',
    maxBytes: 8 * 1024 * 1024,
    maxBytesPerPartition: 1024 * 1024,
    maxWaitMs: 100,
  });
  const ends = new Map<number, number>();
  let count = 0;
  try {
    await reader.connect();
    for (const [partition, { low, high }] of watermarks.entries()) {
      if (low < high) ends.set(partition, high);
      if (low < high) reader.assign(topic, partition, low);
    }
    while (ends.size > 0) {
      for (const { partition, records, nextOffset } of await reader.fetch()) {
        const end = ends.get(partition);
        if (end === undefined) continue;
        for (const { offset } of records) if (offset < end) count++;
        if (nextOffset < end) continue;
        ends.delete(partition);
        reader.unassign(topic, partition);
      }
    }
    return count;
  } finally {
    await reader.close();
  }
}
