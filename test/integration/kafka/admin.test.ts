import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { KafkaUnreachable } from '../../../src/kafka/connection.ts';
import { silentLog } from '../../../src/log.ts';
import { connectAdmin, connection, connectProducer, createKafka, freshName, freshTopic } from './support.ts';

let admin: KafkaAdmin;
beforeAll(async () => {
  admin = await connectAdmin();
});
afterAll(async () => {
  await admin.close();
});

describe('topics', () => {
  test('are created as specified, described with their effective settings, and gone once deleted', async () => {
    const names = [freshName('admin-a'), freshName('admin-b')];
    await admin.createTopics(names.map((name) => ({ name, partitions: 3, replicationFactor: 1, configs: { 'retention.ms': '-1' } })));
    const found = await admin.describeTopics([...names, 'no-such-topic']);
    expect([...found.keys()].sort()).toEqual([...names].sort());
    expect(found.get(names[0]!)).toMatchObject({
      partitions: 3,
      replicationFactor: 1,
      configs: { 'retention.ms': '-1', 'cleanup.policy': 'delete' },
    });
    await admin.deleteTopics([...names, 'no-such-topic']);
    expect((await admin.describeTopics(names)).size).toBe(0);
  });

  test('that exist already are left as they are', async () => {
    const name = await freshTopic(admin, 'admin-twice', 2);
    await admin.createTopics([{ name, partitions: 2, replicationFactor: 1, configs: { 'retention.ms': '1' } }]);
    expect((await admin.describeTopics([name])).get(name)?.configs['retention.ms']).toBe('-1');
  });

  test('are refused in the broker’s own words where a setting is wrong', async () => {
    const create = admin.createTopics([
      { name: freshName('admin-bad'), partitions: 1, replicationFactor: 1, configs: { 'retention.ms': 'soon' } },
    ]);
    await expect(create).rejects.toThrow(UserError);
    await expect(create).rejects.toThrow(/retention\.ms/);
  });

  test('grow, but never shrink', async () => {
    const name = await freshTopic(admin, 'admin-grow', 2);
    await admin.growPartitions(name, 5);
    await admin.growPartitions(name, 5);
    expect((await admin.describeTopics([name])).get(name)?.partitions).toBe(5);
    expect(await admin.watermarks(name)).toHaveLength(5);
    await expect(admin.growPartitions(name, 4)).rejects.toThrow(/from 5 to 4/);
  });

  test('keep their other settings when one is changed', async () => {
    const name = await freshTopic(admin, 'admin-alter', 1, { 'max.message.bytes': '2000000' });
    await admin.alterConfigs(name, { 'cleanup.policy': 'compact' });
    const configs = (await admin.describeTopics([name])).get(name)?.configs;
    expect(configs).toMatchObject({ 'max.message.bytes': '2000000', 'retention.ms': '-1', 'cleanup.policy': 'compact' });
  });

  test('that do not exist have no watermarks', async () => {
    await expect(admin.watermarks('no-such-topic')).rejects.toThrow(/There is no topic no-such-topic/);
  });
});

describe('watermarks', () => {
  test('count what an open transaction has written: the high watermark, not the last stable offset', async () => {
    const topic = await freshTopic(admin, 'admin-marks', 2);
    const producer = await connectProducer(freshName('admin-tx'));
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'open', partition: 1 }] });
    expect(await admin.watermarks(topic)).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 1 },
    ]);
    await transaction.abort();
    await producer.disconnect();
  });
});

describe('groups', () => {
  test('tell what they have committed, null where nothing is, until they are deleted', async () => {
    const topic = await freshTopic(admin, 'admin-offsets', 3);
    const group = freshName('admin-group');
    expect(await admin.committedOffsets(group, topic)).toEqual([null, null, null]);
    const producer = await connectProducer(freshName('admin-tx'));
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'x', partition: 0 }] });
    await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition: 1, offset: '42' }] }] });
    await transaction.commit();
    await producer.disconnect();
    await expect.poll(() => admin.committedOffsets(group, topic)).toEqual([null, 42, null]);
    await admin.deleteGroups([group, 'no-such-group']);
    expect(await admin.committedOffsets(group, topic)).toEqual([null, null, null]);
  });

  test('tell their members, and cannot be deleted while they have some', async () => {
    const topic = await freshTopic(admin, 'admin-members');
    const group = freshName('admin-group');
    expect(await admin.groupMembers(group)).toEqual([]);
    const consumer = createKafka().consumer({ groupId: group, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: async () => {} });
    await expect.poll(() => admin.groupMembers(group)).toMatchObject([{ clientId: connection.clientId }]);
    await expect(admin.deleteGroups([group])).rejects.toThrow(/has members/);
    await consumer.disconnect();
    expect(await admin.groupMembers(group)).toEqual([]);
  });
});

describe('the cluster', () => {
  test('says how many brokers it has', async () => {
    expect(await admin.brokerCount()).toBeGreaterThanOrEqual(1);
  });

  test('that cannot be reached is named, with what to check', async () => {
    const error: unknown = await KafkaAdmin.connect({ brokers: ['127.0.0.1:1'], clientId: 'test' }, silentLog).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(KafkaUnreachable);
    expect((error as UserError).message).toMatch(/127\.0\.0\.1:1.*ECONNREFUSED/);
    expect((error as UserError).hint).toMatch(/KAFKA_BROKERS/);
  });
});
