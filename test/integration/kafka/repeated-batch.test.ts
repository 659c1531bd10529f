import { expect, test, vi } from 'vitest';
import { ClusterSession } from '../../../src/kafka/cluster-session.ts';
import { ask } from '../../../src/kafka/internals.ts';
import { decodeProduceResponse, encodeProduceRequest } from '../../../src/kafka/produce-request.ts';
import { RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts';
import { sendProduce } from '../../../src/kafka/send-produce.ts';
import { silentLog } from '../../../src/log.ts';
import { connectAdmin, connection, freshName, freshTopic } from './support.ts';

test('a batch sent again because its acknowledgement was lost is written once inside a transaction, however old its records', async () => {
  const admin = await connectAdmin();
  const session = new ClusterSession(connection, silentLog);
  try {
    const [topic, transactionalId] = [await freshTopic(admin, 'bars'), freshName('id')];
    const coordinator = await session.coordinator('transaction', transactionalId);
    const { producerId, producerEpoch } = await ask(coordinator, 'InitProducerId', { transactionalId, transactionTimeout: 10_000 });
    const topics = [{ topic, partitions: [0] }];
    await ask(coordinator, 'AddPartitionsToTxn', { transactionalId, producerId, producerEpoch, topics });
    const writer = new RecordBatchWriter(1_000);
    writer.tryAdd({ partition: 0, key: 'EURUSD', value: 'a', timestamp: 0 });
    const bytes = writer.stamp({ producerId: BigInt(producerId), producerEpoch, firstSequence: 0, isTransactional: true });
    const leader = await session.broker((await session.partitionsOf([topic])).get(topic)![0]!.leader);
    const body = encodeProduceRequest(transactionalId, 10_000, [{ topic, partition: 0, bytes }]);
    const expectWritten = async () =>
      expect(await sendProduce(leader, body, decodeProduceResponse)).toEqual([{ topic, partition: 0, errorCode: 0 }]);
    // The leader of a topic just made may not know yet that it is.
    await vi.waitFor(expectWritten, { timeout: 10_000, interval: 20 });
    await expectWritten();
    expect((await admin.watermarks(topic))[0]!.high).toBe(1);
  } finally {
    await session.close();
    await admin.close();
  }
});
