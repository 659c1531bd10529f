/** What the tests of Kafka access share: a connection to the tests' broker, topics of their own, and producers that are not under test. */
import { randomUUID } from 'node:crypto';
// biome-ignore lint/style/noRestrictedImports: consumers and producers that are not ours take part in these tests.
import { Kafka, logLevel } from 'kafkajs';
import { inject } from 'vitest';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import type { KafkaConnection } from '../../../src/kafka/connection.ts';
import type { FetchedBatch, LogReader } from '../../../src/kafka/log-reader.ts';
import { silentLog } from '../../../src/log.ts';

/** A producer of kafkajs. */
export type Producer = ReturnType<Kafka['producer']>;

/** The tests' broker. */
export const connection: KafkaConnection = { brokers: inject('brokers'), clientId: 'kafka-tests' };

/** kafkajs' own client, for consumers and producers that are not ours. It retries soon: a transaction often meets the end of the one before. */
export function createKafka(): Kafka {
  const { brokers, clientId } = connection;
  const retry = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 10, factor: 0.2, multiplier: 2 };
  return new Kafka({ brokers: [...brokers], clientId, retry, logLevel: logLevel.NOTHING });
}

/** A name that no other test and no other run uses. */
export function freshName(purpose: string): string {
  return `${purpose}-${randomUUID().slice(0, 8)}`;
}

/** A new topic that holds what it is given for ever. */
export async function freshTopic(
  admin: KafkaAdmin,
  purpose: string,
  partitions = 1,
  configs: Record<string, string> = {},
): Promise<string> {
  const name = freshName(purpose);
  await admin.createTopics([{ name, partitions, replicationFactor: 1, configs: { 'retention.ms': '-1', ...configs } }]);
  return name;
}

/** An administrator for the tests of one file. */
export async function connectAdmin(): Promise<KafkaAdmin> {
  return await KafkaAdmin.connect(connection, silentLog);
}

/** kafkajs' own producer, connected; transactional where it is given an id. */
export async function connectProducer(transactionalId?: string): Promise<Producer> {
  const transactional = transactionalId === undefined ? {} : { transactionalId, maxInFlightRequests: 1 };
  const producer = createKafka().producer({
    idempotent: true,
    createPartitioner: () => toPartitionGiven,
    ...transactional,
  });
  await producer.connect();
  return producer;
}

/** Tests say which partition they write to. */
function toPartitionGiven({ message }: { message: { partition?: number } }): number {
  return message.partition ?? 0;
}

/** Fetches until the reader stands at `end` in this partition; all batches on the way. */
export async function readTo(reader: LogReader, topic: string, partition: number, end: number): Promise<FetchedBatch[]> {
  const batches: FetchedBatch[] = [];
  while (reader.position(topic, partition)! < end) batches.push(...(await reader.fetch()));
  return batches;
}

/** The values of all records, as text. */
export function valuesOf(batches: readonly FetchedBatch[]): string[] {
  return batches.flatMap(({ records }) => [...records].map(({ value }) => String(value)));
}
