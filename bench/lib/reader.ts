import type { KafkaConnection } from '../../src/kafka/connection.ts';
import { LogReader } from '../../src/kafka/log-reader.ts';
import { silentLog } from '../../src/log.ts';

/** A consumer as any would be, that reads what is committed; it has no partitions yet. */
export async function openReader(connection: KafkaConnection): Promise<LogReader> {
  const limits = { maxBytes: 8 * 1024 * 1024, maxBytesPerPartition: 1024 * 1024, maxWaitMs: 100 };
  const reader = new LogReader(connection, silentLog, { isolation: 'read_committed', ...limits });
  await reader.connect();
  return reader;
}
