import { describe, expect, it, onTestFinished } from 'vitest';
import { GroupMember } from '../../../src/kafka/group-member.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { OffsetCommitter } from '../../../src/kafka/offsets.ts';
import { applyTopology } from '../../../src/provision/apply.ts';
import { planReset, resetTopology } from '../../../src/provision/reset.ts';
import { openInstallation } from './installation.ts';

describe('reset', () => {
  it('empties state and outputs, and keeps ticks and control', async () => {
    const { prefix, tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    await applyTopology(wanted, tools);
    const producer = await IdempotentProducer.open(tools.connection, tools.log);
    const record = { partition: 0, key: 'A', value: 'x', timestamp: 0 };
    await producer.send(Object.values(wanted.topics).map(({ name }) => ({ topic: name, messages: [record] })));
    await producer.close();

    const plan = await planReset(wanted, tools);
    expect(plan.groups).toEqual(['all', 'clean', 'tier1', 'tier2'].map((set) => `${prefix}arbitrex-${set}`));
    expect(plan.topics.slice(0, 3)).toEqual(['clean-changelog', 'tier1-changelog', 'join-changelog'].map((name) => prefix + name));
    expect(plan.kept).toEqual([`${prefix}ticks`, `${prefix}control`]);

    expect(await resetTopology(wanted, tools)).toEqual(plan);
    const ends = async (names: readonly string[]) =>
      Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await tools.admin.watermarks(name))[0]?.high])));
    expect(await ends(plan.topics)).toEqual(Object.fromEntries(plan.topics.map((name) => [name, 0])));
    expect(await ends([`${prefix}ticks`])).toEqual({ [`${prefix}ticks`]: 1 });
    expect(await applyTopology(wanted, tools)).toEqual([]);
  });

  it('is refused while a worker is running, and names it', async () => {
    const { prefix, tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    await applyTopology(wanted, tools);
    const { groupId } = wanted.stageSets.clean;
    const worker = new GroupMember({ ...tools.connection, clientId: 'worker-1' }, tools.log, {
      groupId,
      topics: [`${prefix}ticks`],
      onAssigned() {},
      onLost() {},
    });
    await worker.start();
    onTestFinished(() => worker.stop());

    const refusal = await resetTopology(wanted, tools).catch(({ message }: Error) => message);
    // The address is the one that the broker sees: behind Docker's ports that of its bridge.
    expect(refusal).toMatch(/^workers are running in \S+ \(worker-1 at [\d.]+\)$/);
    expect(refusal).toContain(` ${groupId} `);
    await worker.stop();
    await expect(resetTopology(wanted, tools)).resolves.toMatchObject({ kept: [`${prefix}ticks`, `${prefix}control`] });
  });

  it('deletes nothing where ticks could not be replayed by these settings', async () => {
    const { prefix, tools, topology } = await openInstallation();
    await applyTopology(topology('symbols: [A, B]'), tools);
    await expect(resetTopology(topology('symbols: [B, A]'), tools)).rejects.toThrow('symbols: partition 0: want B, is A');
    expect((await tools.admin.describeTopics([`${prefix}clean-changelog`])).size).toBe(1);
  });

  it('clears the offsets of the groups', async () => {
    const { prefix, tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    await applyTopology(wanted, tools);
    const ticks = `${prefix}ticks`;
    const { groupId } = wanted.stageSets.all;
    const committer = new OffsetCommitter(tools.connection, groupId, tools.log);
    await committer.commit([{ topic: ticks, partition: 0, offset: 5 }]);
    await committer.close();
    expect(await tools.admin.committedOffsets(groupId, ticks)).toEqual([5]);
    await resetTopology(wanted, tools);
    expect(await tools.admin.committedOffsets(groupId, ticks)).toEqual([null]);
  });

  it('makes an installation that was never applied', async () => {
    const { tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    expect(await resetTopology(wanted, tools)).toMatchObject({ topics: [], kept: [] });
    expect(await applyTopology(wanted, tools)).toEqual([]);
  });
});
