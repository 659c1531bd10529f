import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { type KafkaConnection, KafkaUnreachable } from '../../../src/kafka/connection.ts';
import { GroupMember } from '../../../src/kafka/group-member.ts';
import { IdempotentProducer, type IdempotentProducerOptions } from '../../../src/kafka/idempotent-producer.ts';
import { LogReader } from '../../../src/kafka/log-reader.ts';
import { NotAMember, OffsetCommitter } from '../../../src/kafka/offsets.ts';
import { RecordsRefused, type TopicMessages } from '../../../src/kafka/record-sender.ts';
import {
  FencedError,
  TransactionalProducer,
  TransactionFailed,
  type TransactionOptions,
} from '../../../src/kafka/transactional-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { canStartBroker, PrivateBroker, withBroker } from './private-broker.ts';
import { connectAdmin, connection, freshName, freshTopic, readTo, valuesOf } from './support.ts';

const NOWHERE: KafkaConnection = { brokers: ['127.0.0.1:1'], clientId: 'kafka-tests' };
/** Above what a topic takes by default. */
const TOO_LARGE = 'x'.repeat(1_100_000);

let admin: KafkaAdmin;
beforeAll(async () => {
  admin = await connectAdmin();
});
afterAll(async () => {
  await admin.close();
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function fence(transactionalId: string, options: TransactionOptions = {}, to = connection): Promise<TransactionalProducer> {
  const producer = await TransactionalProducer.fence(to, transactionalId, silentLog, options);
  closing.push(() => producer.dispose());
  return producer;
}

async function open(options: IdempotentProducerOptions = {}, to = connection): Promise<IdempotentProducer> {
  const producer = await IdempotentProducer.open(to, silentLog, options);
  closing.push(() => producer.close());
  return producer;
}

/** Records of one partition, one for each value. Stamped now: brokers forget at once whom they have only old records of. */
function records(topic: string, values: readonly string[], partition = 0): TopicMessages {
  return { topic, messages: values.map((value) => ({ partition, key: 'EURUSD', value, timestamp: Date.now() })) };
}

/** All committed values of a partition, in order. */
async function committed(topic: string, partition = 0, from = connection): Promise<string[]> {
  const reader = new LogReader(from, silentLog, {
    isolation: 'read_committed',
    maxBytes: 1 << 23,
    maxBytesPerPartition: 1 << 23,
    maxWaitMs: 100,
  });
  await reader.connect();
  try {
    const end = (await reader.listOffsets(topic, [partition], 'high-watermark')).get(partition)!;
    reader.assign(topic, partition, 0);
    return valuesOf(await readTo(reader, topic, partition, end));
  } finally {
    await reader.close();
  }
}

describe('a transaction', () => {
  test('commits records of several topics, with their key, time and headers, and the offsets of a group', async () => {
    const [bars, state, group] = [await freshTopic(admin, 'bars', 2), await freshTopic(admin, 'state'), freshName('group')];
    const producer = await fence(freshName('id'));
    const headers = [
      { key: 'via', value: 'a' },
      { key: 'via', value: null },
    ];
    await producer.commit({
      messages: [
        { topic: bars, messages: [{ partition: 1, key: 'EURUSD', value: Buffer.from('bar'), timestamp: 1_514_764_800_123, headers }] },
        { topic: state, messages: [{ partition: 0, key: null, value: null, timestamp: 0 }] },
      ],
      offsets: [{ groupId: group, topic: bars, partition: 1, offset: 42 }],
    });
    // A group's offsets may lag a commit; they no longer do once the id is fenced anew.
    await fence(producer.transactionalId);
    expect(await admin.committedOffsets(group, bars)).toEqual([null, 42]);
    const reader = new LogReader(connection, silentLog, {
      isolation: 'read_committed',
      maxBytes: 1e6,
      maxBytesPerPartition: 1e6,
      maxWaitMs: 100,
    });
    closing.push(() => reader.close());
    await reader.connect();
    reader.assign(bars, 1, 0);
    reader.assign(state, 0, 0);
    const [bar] = (await readTo(reader, bars, 1, 2))[0]!.records;
    expect(bar).toMatchObject({ timestamp: 1_514_764_800_123, key: Buffer.from('EURUSD'), value: Buffer.from('bar') });
    expect(bar!.headers.map(({ key, value }) => [key, value?.toString() ?? null])).toEqual([
      ['via', 'a'],
      ['via', null],
    ]);
    expect(await committed(state)).toEqual(['null']);
  });

  test('may hold offsets only, or nothing', async () => {
    const [topic, group] = [await freshTopic(admin, 'ticks'), freshName('group')];
    const producer = await fence(freshName('id'));
    await producer.commit({ messages: [], offsets: [{ groupId: group, topic, partition: 0, offset: 7 }] });
    await producer.commit({ messages: [] });
    await producer.commit({ messages: [], offsets: [{ groupId: group, topic, partition: 0, offset: 8 }] });
    await fence(producer.transactionalId);
    expect(await admin.committedOffsets(group, topic)).toEqual([8]);
  });

  test('larger than a topic takes at once is split, and keeps its order', async () => {
    const topic = await freshTopic(admin, 'bars');
    const values = Array.from({ length: 40 }, (_, i) => `${i}:${'x'.repeat(100_000)}`);
    await (await fence(freshName('id'), { maxRequestBytes: 2_000_000 })).commit({ messages: [records(topic, values)] });
    expect(await committed(topic)).toEqual(values);
  });

  test('one at a time', async () => {
    const topic = await freshTopic(admin, 'bars');
    const producer = await fence(freshName('id'));
    const first = producer.commit({ messages: [records(topic, ['a'])] });
    await expect(producer.commit({ messages: [records(topic, ['b'])] })).rejects.toThrow(/already committing/);
    await first;
    await producer.commit({ messages: [records(topic, ['c'])] });
    expect(await committed(topic)).toEqual(['a', 'c']);
  });
});

describe('a transactional id', () => {
  test('has one holder: the earlier one is fenced, and what it was about to commit is not', async () => {
    const [topic, group, id] = [await freshTopic(admin, 'bars'), freshName('group'), freshName('id')];
    const earlier = await fence(id);
    await earlier.commit({ messages: [records(topic, ['a'])] });
    const later = await fence(id);
    const offsets = [{ groupId: group, topic, partition: 0, offset: 99 }];
    await expect(earlier.commit({ messages: [records(topic, ['zombie'])], offsets })).rejects.toThrow(FencedError);
    expect(earlier.disposed).toBe(true);
    await expect(earlier.commit({ messages: [] })).rejects.toThrow(TransactionFailed);
    await later.commit({ messages: [records(topic, ['b'])] });
    expect(await committed(topic)).toEqual(['a', 'b']);
    expect(await admin.committedOffsets(group, topic)).toEqual([null]);
  });

  test('fenced anew shows the offsets its last holder committed, every time', async () => {
    const [topic, group, id] = [await freshTopic(admin, 'bars'), freshName('group'), freshName('id')];
    for (let offset = 1; offset <= 40; offset++) {
      const producer = await fence(id);
      expect(await admin.committedOffsets(group, topic)).toEqual([offset === 1 ? null : offset - 1]);
      await producer.commit({ messages: [records(topic, [`${offset}`])], offsets: [{ groupId: group, topic, partition: 0, offset }] });
      await producer.dispose();
    }
  });

  test('that is no longer wanted before it is taken stays with its holder', async () => {
    const [topic, id] = [await freshTopic(admin, 'bars'), freshName('id')];
    const holder = await fence(id);
    await expect(fence(id, { signal: AbortSignal.abort() })).rejects.toThrow(TransactionFailed);
    await expect(fence(id, { signal: AbortSignal.abort(), writes: { partitions: [], groups: [] } })).rejects.toThrow(TransactionFailed);
    await holder.commit({ messages: [records(topic, ['a'])] });
    expect(await committed(topic)).toEqual(['a']);
  });

  test('that cannot be fenced because no broker answers says so', async () => {
    await expect(TransactionalProducer.fence(NOWHERE, 'id', silentLog)).rejects.toThrow(KafkaUnreachable);
  });
});

describe('a transaction that fails', () => {
  test('leaves nothing that read_committed sees, and ends its producer', async () => {
    const [topic, group, id] = [await freshTopic(admin, 'bars', 2), freshName('group'), freshName('id')];
    const producer = await fence(id);
    const offsets = [{ groupId: group, topic, partition: 0, offset: 5 }];
    const failed = await producer
      .commit({ messages: [records(topic, ['aborted']), records(topic, [TOO_LARGE], 1)], offsets })
      .catch((e) => e);
    expect(failed).toBeInstanceOf(TransactionFailed);
    expect(failed).toMatchObject({ outcome: 'not-committed', cause: { name: 'RecordsRefused', type: 'MESSAGE_TOO_LARGE', partition: 1 } });
    expect(producer.disposed).toBe(true);
    await (await fence(id)).commit({ messages: [records(topic, ['next'])] });
    expect(await committed(topic)).toEqual(['next']);
    expect(await admin.committedOffsets(group, topic)).toEqual([null, null]);
  });

  test('because it was disposed of fails at once', async () => {
    const topic = await freshTopic(admin, 'bars');
    const producer = await fence(freshName('id'));
    const commit = producer.commit({ messages: [records(topic, ['a'])] });
    const failed = expect(commit).rejects.toThrow(TransactionFailed);
    await producer.dispose();
    await failed;
  });

  test('because a topic does not exist is refused, not tried for ever', async () => {
    const producer = await fence(freshName('id'), { timeoutMs: 5_000 });
    await expect(producer.commit({ messages: [records(freshName('absent'), ['a'])] })).rejects.toThrow(TransactionFailed);
  });
});

describe('an idempotent producer', () => {
  test('keeps the order of everything sent at the same time', async () => {
    const topic = await freshTopic(admin, 'ticks', 3);
    const producer = await open({ maxBatchBytes: 2_000, maxRequestBytes: 5_000 });
    const value = (send: number, i: number) => `${send}-${i}-${'x'.repeat(300)}`;
    const sends = Array.from({ length: 20 }, (_, send) =>
      producer.send(
        [0, 1, 2].map((partition) =>
          records(
            topic,
            [0, 1, 2, 3, 4].map((i) => value(send, i)),
            partition,
          ),
        ),
      ),
    );
    await Promise.all(sends);
    const expected = Array.from({ length: 100 }, (_, k) => value(Math.floor(k / 5), k % 5));
    for (const partition of [0, 1, 2]) expect(await committed(topic, partition)).toEqual(expected);
  });

  test('writes all but what a broker refuses, and names that', async () => {
    const topic = await freshTopic(admin, 'ticks');
    const producer = await open();
    const refused = await producer.send([records(topic, ['a', TOO_LARGE, 'b'])]).catch((error) => error);
    expect(refused).toBeInstanceOf(RecordsRefused);
    expect(refused).toMatchObject({ topic, partition: 0, type: 'MESSAGE_TOO_LARGE' });
    await producer.send([records(topic, ['c'])]);
    expect(await committed(topic)).toEqual(['a', 'b', 'c']);
  });

  test('refuses records for a partition that does not exist', async () => {
    const topic = await freshTopic(admin, 'ticks');
    const producer = await open();
    const type = 'UNKNOWN_TOPIC_OR_PARTITION';
    await expect(producer.send([records(topic, ['a'], 1)])).rejects.toMatchObject({ name: 'RecordsRefused', partition: 1, type });
    await producer.send([records(topic, ['b'])]);
    expect(await committed(topic)).toEqual(['b']);
  });

  test('takes nothing more once closed', async () => {
    const producer = await open();
    await producer.close();
    await expect(producer.send([records('t', ['a'])])).rejects.toThrow('the producer is closed');
  });

  test('that cannot reach a broker says so', async () => {
    await expect(IdempotentProducer.open(NOWHERE, silentLog, { openLimitMs: 100 })).rejects.toThrow(KafkaUnreachable);
  });
});

describe('offsets without a transaction', () => {
  const committer = (group: string) => {
    const made = new OffsetCommitter(connection, group, silentLog);
    closing.push(() => made.close());
    return made;
  };

  test('are taken by a group without members', async () => {
    const [topic, group] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    await committer(group).commit([{ topic, partition: 1, offset: 12 }]);
    expect(await admin.committedOffsets(group, topic)).toEqual([null, 12]);
  });

  test('are taken of a member, but not of a stranger or of an earlier generation', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks'), freshName('group')];
    const member = new GroupMember(connection, silentLog, { groupId, topics: [topic], onAssigned() {}, onLost() {} });
    closing.push(() => member.stop());
    await member.start();
    const { memberId, generation } = member;
    const offsets = [{ topic, partition: 0, offset: 3 }];
    await expect(committer(groupId).commit(offsets)).rejects.toThrow(NotAMember);
    await expect(committer(groupId).commit(offsets, { memberId, generation: generation - 1 })).rejects.toThrow(NotAMember);
    expect(await admin.committedOffsets(groupId, topic)).toEqual([null]);
    await committer(groupId).commit(offsets, { memberId, generation });
    expect(await admin.committedOffsets(groupId, topic)).toEqual([3]);
  });
});

describe('offsets that are committed at the same time', () => {
  test('share requests, and are all held when each commit resolves', async () => {
    const partitions = 12;
    const [topic, group] = [await freshTopic(admin, 'ticks', partitions), freshName('group')];
    const committer = new OffsetCommitter(connection, group, silentLog);
    closing.push(() => committer.close());
    const commits = Array.from({ length: partitions }, (_, partition) => committer.commit([{ topic, partition, offset: partition }]));
    await commits[0];
    // Those after the first went with it.
    expect(await admin.committedOffsets(group, topic)).toEqual(Array.from({ length: partitions }, (_, partition) => partition));
    await Promise.all(commits);
  });

  test('a refusal of one member leaves the others’ alone', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const member = new GroupMember(connection, silentLog, { groupId, topics: [topic], onAssigned() {}, onLost() {} });
    closing.push(() => member.stop());
    await member.start();
    const committer = new OffsetCommitter(connection, groupId, silentLog);
    closing.push(() => committer.close());
    const { memberId, generation } = member;
    const [stale, right] = await Promise.allSettled([
      committer.commit([{ topic, partition: 0, offset: 3 }], { memberId, generation: generation - 1 }),
      committer.commit([{ topic, partition: 1, offset: 4 }], { memberId, generation }),
    ]);
    expect([stale, right]).toMatchObject([{ status: 'rejected', reason: expect.any(NotAMember) }, { status: 'fulfilled' }]);
    expect(await admin.committedOffsets(groupId, topic)).toEqual([null, 4]);
  });
});

describe.runIf(canStartBroker)(withBroker('a broker'), () => {
  test('that is killed and comes back gets every record once and in order, while it remembers the producer', async () => {
    const { broker, topic } = await ownBroker();
    const troubles: string[] = [];
    const recoveries: string[] = [];
    const producer = await open(
      { onTrouble: ({ error }) => void troubles.push(error.message), onRecovered: () => void recoveries.push('recovered') },
      broker.connection,
    );
    const values = Array.from({ length: 300 }, (_, i) => `${i}`);
    let acknowledged = 0;
    const sending = (async () => {
      for (const value of values) {
        await producer.send([records(topic, [value])]);
        acknowledged += 1;
      }
    })();
    await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(50), { timeout: 20_000, interval: 1 });
    await broker.kill();
    await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(0), { timeout: 20_000, interval: 10 });
    await broker.resume();
    await sending;
    expect(recoveries).toEqual(['recovered']);
    expect(await committed(topic, 0, broker.connection)).toEqual(values);
  });

  test('that stays away leaves a send waiting until its signal is aborted', async () => {
    const { broker, topic } = await ownBroker();
    const abort = new AbortController();
    const producer = await open({ signal: abort.signal }, broker.connection);
    await producer.send([records(topic, ['a'])]);
    await broker.kill();
    const sending = expect(producer.send([records(topic, ['b'])])).rejects.toThrow('no more');
    abort.abort(new Error('no more'));
    await sending;
  });

  test('that freezes during a commit costs the transaction after its time limit, and whoever fences next goes on', async () => {
    const { broker, topic } = await ownBroker();
    const producer = await fence('id', { timeoutMs: 6_000 }, broker.connection);
    await producer.commit({ messages: [records(topic, ['a'])] });
    broker.freeze();
    await expect(producer.commit({ messages: [records(topic, ['b'])] })).rejects.toThrow(/no answer within 6000 ms/);
    expect(producer.disposed).toBe(true);
    broker.thaw();
    await (await fence('id', {}, broker.connection)).commit({ messages: [records(topic, ['c'])] });
    const values = await committed(topic, 0, broker.connection);
    expect([values[0], values.at(-1)]).toEqual(['a', 'c']);
  });
});

async function ownBroker(): Promise<{ broker: PrivateBroker; topic: string }> {
  const broker = await PrivateBroker.start();
  onTestFinished(async () => await broker.dispose());
  const ownAdmin = await KafkaAdmin.connect(broker.connection, silentLog);
  const topic = await freshTopic(ownAdmin, 'ticks');
  await ownAdmin.close();
  return { broker, topic };
}
