import { decodePartitionRule, encodePartitionRule, PARTITION_RECORD_KEY } from '../../topology/partition-record.ts';
import type { PartitionRule } from '../../topology/partition-table.ts';
import { readNewestValues } from '../kafka/compacted.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import type { Log } from '../log.ts';

/** The partition rule that the cluster was laid out by, from its control topic; null: none is recorded. */
export async function readPartitionRule(connection: KafkaConnection, control: string, log: Log): Promise<PartitionRule | null> {
  const value = (await readNewestValues(connection, control, 0, log)).get(PARTITION_RECORD_KEY);
  return value === undefined ? null : decodePartitionRule(value.toString());
}

/** Records the rule. Returns once every in-sync replica has it. */
export async function writePartitionRule(connection: KafkaConnection, control: string, rule: PartitionRule, log: Log): Promise<void> {
  const producer = await IdempotentProducer.open(connection, log);
  try {
    const headers = [{ key: 'content-type', value: 'application/json' }];
    const record = { partition: 0, key: PARTITION_RECORD_KEY, value: encodePartitionRule(rule), timestamp: Date.now(), headers };
    await producer.send([{ topic: control, messages: [record] }]);
  } finally {
    await producer.close();
  }
}
