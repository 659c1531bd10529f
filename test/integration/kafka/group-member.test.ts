import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { ClusterSession } from '../../../src/kafka/cluster-session.ts';
import { KafkaUnreachable } from '../../../src/kafka/connection.ts';
import { type AssignmentChange, GroupMember, type GroupMemberOptions } from '../../../src/kafka/group-member.ts';
import { GroupRequests } from '../../../src/kafka/group-requests.ts';
import { silentLog } from '../../../src/log.ts';
import { canStartBroker, PrivateBroker, withBroker } from './private-broker.ts';
import { connectAdmin, connection, createKafka, freshName, freshTopic } from './support.ts';

/** The shortest a broker allows by default. */
const SESSION_MS = 6_000;
/** Until the others have noticed and the group has settled: the session, and some time on a busy machine. */
const NOTICED = { timeout: SESSION_MS + 15_000, interval: 50 };
const SOON = { timeout: 10_000, interval: 20 };

let admin: KafkaAdmin;
beforeAll(async () => {
  admin = await connectAdmin();
});
afterAll(async () => {
  await admin.close();
});

const members: GroupMember[] = [];
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.stop()));
});

/** A member and what it was told, in order. */
interface Watched {
  member: GroupMember;
  told: (AssignmentChange | string)[];
}

function watch(options: Partial<GroupMemberOptions> & { groupId: string; topics: string[] }, to = connection): Watched {
  const told: Watched['told'] = [];
  const member = new GroupMember(to, silentLog, {
    sessionTimeoutMs: SESSION_MS,
    heartbeatIntervalMs: 100,
    onRebalancing: () => void told.push('rebalancing'),
    onLost: (reason) => void told.push(`lost: ${reason}`),
    ...options,
    onAssigned: async (change) => {
      told.push(change);
      await options.onAssigned?.(change);
    },
  });
  members.push(member);
  return { member, told };
}

async function join(options: Partial<GroupMemberOptions> & { groupId: string; topics: string[] }, to = connection): Promise<Watched> {
  const watched = watch(options, to);
  await watched.member.start();
  return watched;
}

const counts = (told: AssignmentChange | string | undefined) =>
  typeof told === 'object' ? { added: told.added.length, removed: told.removed.length, kept: told.kept.length } : told;
const owns = (member: GroupMember, count: number) => () => expect(member.assignment()).toHaveLength(count);

describe('joining and leaving', () => {
  test('the only member owns everything', async () => {
    const topic = await freshTopic(admin, 'ticks', 4);
    const { member, told } = await join({ groupId: freshName('group'), topics: [topic] });
    expect(member.assignment()).toHaveLength(4);
    expect(member.isAssigned(topic, 3)).toBe(true);
    expect(member.isAssigned(topic, 4)).toBe(false);
    expect(told.map(counts)).toEqual([{ added: 4, removed: 0, kept: 0 }]);
    expect(member.generation).toBe((told[0] as AssignmentChange).generation);
  });

  test('members that start together begin with their share, none with all of it', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 6), freshName('group')];
    // The first is told once the group knows of the second, as it would be by whoever started both.
    const companions = async () =>
      await vi.waitFor(async () => expect(await admin.groupMembers(groupId)).toHaveLength(2), { ...SOON, interval: 5 });
    const both = await Promise.all([join({ groupId, topics: [topic], companions }), join({ groupId, topics: [topic], companions })]);
    for (const { member, told } of both) {
      await vi.waitFor(owns(member, 3), SOON);
      expect(told.map(counts)).toEqual([{ added: 3, removed: 0, kept: 0 }]);
    }
  });

  test('one whose companions never come begins without them', async () => {
    const topic = await freshTopic(admin, 'ticks', 4);
    const { member } = await join({ groupId: freshName('group'), topics: [topic], companions: () => new Promise(() => {}) });
    expect(member.assignment()).toHaveLength(4);
  });

  test('a second one is given half, and the first keeps the rest', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 6), freshName('group')];
    const first = await join({ groupId, topics: [topic] });
    const second = await join({ groupId, topics: [topic] });
    await vi.waitFor(owns(first.member, 3), SOON);
    expect(first.told.map(counts)).toEqual([{ added: 6, removed: 0, kept: 0 }, 'rebalancing', { added: 0, removed: 3, kept: 3 }]);
    expect(second.told.map(counts)).toEqual([{ added: 3, removed: 0, kept: 0 }]);
    const all = [...first.member.assignment(), ...second.member.assignment()].map(({ partition }) => partition);
    expect(all.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('what a leaver owned comes back at once', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 6), freshName('group')];
    const first = await join({ groupId, topics: [topic] });
    const second = await join({ groupId, topics: [topic] });
    const start = performance.now();
    await second.member.stop();
    await vi.waitFor(owns(first.member, 6), SOON);
    expect(performance.now() - start).toBeLessThan(SESSION_MS / 2);
    expect(counts(first.told.at(-1))).toEqual({ added: 3, removed: 0, kept: 3 });
    expect(second.member.assignment()).toEqual([]);
  });

  test('each of several topics is shared out evenly', async () => {
    const topics = [await freshTopic(admin, 'ticks', 4), await freshTopic(admin, 'joins', 2)];
    const groupId = freshName('group');
    const first = await join({ groupId, topics });
    const second = await join({ groupId, topics });
    await vi.waitFor(owns(first.member, 3), SOON);
    for (const { member } of [first, second]) {
      expect(member.assignment().filter(({ topic }) => topic === topics[0])).toHaveLength(2);
      expect(member.assignment().filter(({ topic }) => topic === topics[1])).toHaveLength(1);
    }
  });

  test('over and over costs one rebalance each, and those who stay lose nothing to it', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 6), freshName('group')];
    const first = await join({ groupId, topics: [topic] });
    const before = first.member.generation;
    const kept: string[] = [];
    const all = [first];
    for (let round = 0; round < 4; round++) {
      const second = await join({ groupId, topics: [topic] });
      const third = await join({ groupId, topics: [topic] });
      await vi.waitFor(owns(first.member, 2), SOON);
      await vi.waitFor(() => expect(counts(second.told.at(-1))).toEqual({ added: 0, removed: 1, kept: 2 }), SOON);
      all.push(second, third);
      kept.push(JSON.stringify(first.member.assignment()));
      await second.member.stop();
      await vi.waitFor(owns(first.member, 3), SOON);
      await third.member.stop();
      await vi.waitFor(owns(first.member, 6), SOON);
    }
    expect(first.member.generation - before).toBe(4 * 4);
    expect(new Set(kept).size).toBe(1);
    const moves = first.told
      .filter((told): told is AssignmentChange => typeof told === 'object')
      .map(({ added, removed }) => added.length - removed.length);
    expect(moves).toEqual([6, ...Array.from({ length: 4 }, () => [-3, -1, 1, 3]).flat()]);
    // Of all members: three go to the second, one of each of two goes to the third, and who leaves takes nothing from anybody.
    const removed = all.flatMap(({ told }) => told.map((one) => (typeof one === 'object' ? one.removed.length : 0)));
    expect(removed.reduce((sum, count) => sum + count, 0)).toBe(4 * (3 + 2));
    expect(all.flatMap(({ told }) => told).filter((one) => typeof one === 'string' && one.startsWith('lost'))).toEqual([]);
  });

  test('one that still waits for the others to join can leave at once, and nobody waits for it', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    let release: (() => void) | undefined;
    const first = await join({ groupId, topics: [topic], onRebalancing: () => new Promise<void>((resolve) => (release = resolve)) });
    const second = watch({ groupId, topics: [topic] });
    const started = expect(second.member.start()).rejects.toThrow(/stopped/);
    await vi.waitFor(() => expect(release).toBeDefined(), SOON);
    await second.member.stop();
    await started;
    expect(await admin.groupMembers(groupId)).toHaveLength(1);
    release!();
    await vi.waitFor(() => expect(first.told).toHaveLength(2), SOON);
    expect(counts(first.told.at(-1))).toEqual({ added: 0, removed: 0, kept: 2 });
  });
});

describe('a callback', () => {
  test('that takes longer than the session timeout costs no membership: heartbeats go on', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const { member, told } = await join({ groupId, topics: [topic], onAssigned: () => sleep(SESSION_MS + 1_000) });
    await sleep(SESSION_MS + 500);
    expect(await member.checkAlive()).toBe(true);
    expect(await admin.groupMembers(groupId)).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  test('before a rebalance is waited for, but not for ever', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const troubles: string[] = [];
    const first = await join({
      groupId,
      topics: [topic],
      rebalanceTimeoutMs: 4_000,
      onRebalancing: () => new Promise<void>(() => {}),
      onTrouble: ({ error }) => void troubles.push(error.message),
    });
    const start = performance.now();
    const second = await join({ groupId, topics: [topic], rebalanceTimeoutMs: 4_000 });
    expect(performance.now() - start).toBeGreaterThan(2_500);
    await vi.waitFor(owns(first.member, 1), SOON);
    expect(second.member.assignment()).toHaveLength(1);
    expect(troubles).toEqual(['the callbacks took longer than 3000 ms; rejoining without them']);
  });

  test('that throws is trouble and nothing more', async () => {
    const topic = await freshTopic(admin, 'ticks', 2);
    const troubles: string[] = [];
    const { member } = await join({
      groupId: freshName('group'),
      topics: [topic],
      onAssigned: () => Promise.reject(new Error('no disk')),
      onTrouble: ({ error }) => void troubles.push(error.message),
    });
    await vi.waitFor(() => expect(troubles).toEqual(['no disk']), SOON);
    expect(await member.checkAlive()).toBe(true);
  });
});

describe('membership', () => {
  test('is confirmed by a heartbeat, also when it is asked for often', async () => {
    const topic = await freshTopic(admin, 'ticks', 2);
    const { member } = await join({ groupId: freshName('group'), topics: [topic], heartbeatIntervalMs: 60_000 });
    expect(await Promise.all([member.checkAlive(), member.checkAlive()])).toEqual([true, true]);
    expect(await member.checkAlive()).toBe(true);
    await member.stop();
    expect(await member.checkAlive()).toBe(false);
  });

  test('that the group has ended is lost with all partitions, and begun anew', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const { member, told } = await join({ groupId, topics: [topic], heartbeatIntervalMs: 60_000 });
    const before = member.memberId;
    await remove(groupId, topic, member.memberId);
    expect(await member.checkAlive()).toBe(false);
    await vi.waitFor(owns(member, 2), SOON);
    await vi.waitFor(() => expect(told).toHaveLength(3), SOON);
    expect(told.map(counts)).toEqual([
      { added: 2, removed: 0, kept: 0 },
      'lost: removed from the group',
      { added: 2, removed: 0, kept: 0 },
    ]);
    expect(member.memberId).not.toBe(before);
  });

  test('is confirmed by the rejoin where the group rebalances', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const first = await join({ groupId, topics: [topic], heartbeatIntervalMs: 60_000 });
    const second = watch({ groupId, topics: [topic] });
    const joined = second.member.start();
    await vi.waitFor(async () => expect(await admin.groupMembers(groupId)).toHaveLength(2), SOON);
    expect(await first.member.checkAlive()).toBe(true);
    expect(first.member.assignment()).toHaveLength(1);
    await joined;
  });
});

/** Takes a member out of its group behind its back. */
async function remove(groupId: string, topic: string, memberId: string): Promise<void> {
  const session = new ClusterSession(connection, silentLog);
  await new GroupRequests(session, { groupId, topics: [topic], sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: 30_000 }).leave(memberId);
  await session.close();
}

describe('another process', () => {
  test('that is killed is noticed after the session timeout, and its partitions are taken over', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 4), freshName('group')];
    const { member } = await join({ groupId, topics: [topic] });
    const other = await joinInProcess(groupId, topic);
    await vi.waitFor(owns(member, 2), SOON);
    other.child.kill('SIGKILL');
    const start = performance.now();
    await vi.waitFor(owns(member, 4), NOTICED);
    expect(performance.now() - start).toBeLessThan(SESSION_MS + 5_000);
  });

  test('that was frozen learns on waking that it has lost everything, and joins again', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 4), freshName('group')];
    const { member } = await join({ groupId, topics: [topic] });
    const other = await joinInProcess(groupId, topic);
    await vi.waitFor(owns(member, 2), SOON);
    other.child.kill('SIGSTOP');
    await vi.waitFor(owns(member, 4), NOTICED);
    other.child.kill('SIGCONT');
    await vi.waitFor(() => expect(other.told.some((event) => 'lost' in event)).toBe(true), SOON);
    await vi.waitFor(owns(member, 2), SOON);
    await vi.waitFor(() => expect(other.told.at(-1)).toMatchObject({ assigned: 2 }), SOON);
  });
});

async function joinInProcess(groupId: string, topic: string): Promise<{ child: ChildProcess; told: object[] }> {
  const settings = { connection, groupId, topics: [topic], sessionTimeoutMs: SESSION_MS, heartbeatIntervalMs: 100 };
  const program = new URL('member-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told: object[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), { timeout: 20_000, interval: 50 });
  return { child, told };
}

test('partitions added to a topic are assigned by the next look at its metadata', async () => {
  const [topic, groupId] = [await freshTopic(admin, 'ticks', 4), freshName('group')];
  const first = await join({ groupId, topics: [topic], metadataIntervalMs: 200 });
  const second = await join({ groupId, topics: [topic], metadataIntervalMs: 200 });
  await vi.waitFor(owns(first.member, 2), SOON);
  await admin.growPartitions(topic, 6);
  await vi.waitFor(owns(first.member, 3), SOON);
  await vi.waitFor(owns(second.member, 3), SOON);
  await vi.waitFor(() => expect(counts(first.told.at(-1))).toEqual({ added: 1, removed: 0, kept: 2 }), SOON);
});

describe('a start that cannot succeed says why', () => {
  test('where no broker answers', async () => {
    const { member } = watch({ groupId: 'g', topics: ['t'] }, { brokers: ['127.0.0.1:1'], clientId: 'kafka-tests' });
    await expect(member.start()).rejects.toThrow(KafkaUnreachable);
  });

  test('where a topic does not exist, and leaves the group', async () => {
    const [topic, groupId] = [freshName('absent'), freshName('group')];
    const { member } = watch({ groupId, topics: [topic] });
    await expect(member.start()).rejects.toMatchObject({ name: 'UserError', message: `Kafka has no topic ${topic}` });
    expect(await admin.groupMembers(groupId)).toEqual([]);
  });

  test('where consumers of another kind are in the group', async () => {
    const [topic, groupId] = [await freshTopic(admin, 'ticks', 2), freshName('group')];
    const consumer = createKafka().consumer({ groupId });
    onTestFinished(async () => await consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.run({ eachMessage: async () => {} });
    await joined;
    const { member } = watch({ groupId, topics: [topic] });
    await expect(member.start()).rejects.toMatchObject({ name: 'UserError', hint: /Consumers of another kind/ });
  });
});

describe.runIf(canStartBroker)(withBroker('a broker'), () => {
  test('that is restarted within the session timeout costs nothing', async () => {
    const { broker, topic } = await ownBroker();
    const first = await join({ groupId: 'group', topics: [topic], sessionTimeoutMs: 30_000 }, broker.connection);
    const second = await join({ groupId: 'group', topics: [topic], sessionTimeoutMs: 30_000 }, broker.connection);
    await vi.waitFor(() => expect(first.told).toHaveLength(3), SOON);
    await broker.kill();
    await broker.resume();
    expect(await Promise.all([first.member.checkAlive(), second.member.checkAlive()])).toEqual([true, true]);
    expect(first.told).toHaveLength(3);
    expect(second.told).toHaveLength(1);
  });

  test('that stays away for longer costs all partitions, until it is back', async () => {
    const { broker, topic } = await ownBroker();
    const { member, told } = await join({ groupId: 'group', topics: [topic] }, broker.connection);
    broker.freeze();
    await vi.waitFor(() => expect(told.at(-1)).toBe('lost: session expired'), NOTICED);
    expect(member.assignment()).toEqual([]);
    broker.thaw();
    await vi.waitFor(owns(member, 4), NOTICED);
  });
});

async function ownBroker(): Promise<{ broker: PrivateBroker; topic: string }> {
  const broker = await PrivateBroker.start();
  onTestFinished(async () => await broker.dispose());
  const ownAdmin = await KafkaAdmin.connect(broker.connection, silentLog);
  const topic = await freshTopic(ownAdmin, 'ticks', 4);
  await ownAdmin.close();
  return { broker, topic };
}
