import { expect, onTestFinished, test, vi } from 'vitest';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { ClusterSession } from '../../../src/kafka/cluster-session.ts';
import type { KafkaConnection } from '../../../src/kafka/connection.ts';
import { ask } from '../../../src/kafka/internals.ts';
import { LogReader } from '../../../src/kafka/log-reader.ts';
import { RecordSender } from '../../../src/kafka/record-sender.ts';
import { TransactionalProducer } from '../../../src/kafka/transactional-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { canStartBroker, PrivateBroker, withBroker } from './private-broker.ts';
import { freshTopic, readTo, valuesOf } from './support.ts';

const BROKER_RESOURCE = 4;
const ID = 'app-ticks-0';

/**
 * A broker that is killed while it ends transactions may, once it is back, hold records of a transaction that its coordinator takes for ended.
 * Here they are made on purpose: written under a transactional id that has nothing open, on a broker that was told not to look.
 */
test.runIf(canStartBroker)(withBroker('records of a transaction taken for ended are ended by the next holder of the id'), async () => {
  const broker = await PrivateBroker.start();
  onTestFinished(async () => await broker.dispose());
  const { connection } = broker;
  const admin = await KafkaAdmin.connect(connection, silentLog);
  onTestFinished(async () => await admin.close());
  const topic = await freshTopic(admin, 'bars');
  await doNotVerify(connection);

  const first = await TransactionalProducer.fence(connection, ID, silentLog);
  await first.commit({ messages: [{ topic, messages: [{ partition: 0, key: 'EURUSD', value: 'ended', timestamp: Date.now() }] }] });
  await first.dispose();
  await leaveOpen(connection, topic, 'left open');
  expect(await committedValues(connection, topic)).toEqual(['ended']);

  // Its own transaction ends well, and does not touch the partition.
  const unaware = await TransactionalProducer.fence(connection, ID, silentLog);
  await unaware.commit({ messages: [], offsets: [{ groupId: 'group', topic, partition: 0, offset: 1 }] });
  await unaware.dispose();
  expect(await committedValues(connection, topic)).toEqual(['ended']);

  const writes = { partitions: [{ topic, partition: 0 }], groups: ['group'] };
  const aware = await TransactionalProducer.fence(connection, ID, silentLog, { writes });
  expect(await committedValues(connection, topic)).toEqual(['ended', 'left open']);
  await aware.dispose();
});

async function doNotVerify(connection: KafkaConnection): Promise<void> {
  const session = new ClusterSession(connection, silentLog);
  const broker = await session.anyBroker();
  const configEntries = [{ name: 'transaction.partition.verification.enable', value: 'false' }];
  const resources = [{ type: BROKER_RESOURCE, name: String(broker.nodeId), configEntries }];
  const answer = await ask(broker, 'AlterConfigs', { resources, validateOnly: false });
  expect(answer.resources[0]).toMatchObject({ errorCode: 0 });
  await session.close();
}

/** Writes a record as the id's present holder would, but tells the coordinator nothing. */
async function leaveOpen(connection: KafkaConnection, topic: string, value: string): Promise<void> {
  const session = new ClusterSession(connection, silentLog);
  onTestFinished(async () => await session.close());
  const { producerId, producerEpoch } = await holderOf(session);
  const sender = new RecordSender(session, { producerId: BigInt(producerId), producerEpoch, transactionalId: ID });
  await sender.send([{ topic, messages: [{ partition: 0, key: 'EURUSD', value, timestamp: Date.now() }] }]);
}

/** Producer id and epoch after one more take-over, once the transaction before has its markers. */
async function holderOf(session: ClusterSession): Promise<{ producerId: string; producerEpoch: number }> {
  const coordinator = await session.coordinator('transaction', ID);
  return await vi.waitFor(
    async () => {
      const answer = await ask(coordinator, 'InitProducerId', { transactionalId: ID, transactionTimeout: 30_000 });
      expect(answer.errorCode).toBe(0);
      return answer;
    },
    { timeout: 20_000 },
  );
}

/** What read_committed gives now of partition 0: up to the last stable offset. */
async function committedValues(connection: KafkaConnection, topic: string): Promise<string[]> {
  const limits = { maxBytes: 1 << 20, maxBytesPerPartition: 1 << 20, maxWaitMs: 100 };
  const reader = new LogReader(connection, silentLog, { isolation: 'read_committed', ...limits });
  await reader.connect();
  try {
    const end = (await reader.listOffsets(topic, [0], 'last-stable')).get(0)!;
    reader.assign(topic, 0, 0);
    return valuesOf(await readTo(reader, topic, 0, end));
  } finally {
    await reader.close();
  }
}
