import { describe, expect, inject, it } from 'vitest';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { readPartitionRule } from '../../../src/ops/partition-rule.ts';
import { applyTopology, planApply } from '../../../src/provision/apply.ts';
import { type Installation, openInstallation } from './installation.ts';

const texts = (steps: readonly { readonly text: string }[]) => steps.map(({ text }) => text);

/** Partitions of every topic, by its name without the prefix. */
async function partitionsOf({ prefix, tools, topology }: Installation): Promise<Record<string, number>> {
  const names = Object.values(topology('symbols: [A]').topics).map(({ name }) => name);
  const found = await tools.admin.describeTopics(names);
  return Object.fromEntries([...found].map(([name, { partitions }]) => [name.slice(prefix.length), partitions]));
}

describe('apply', () => {
  it('makes all topics and registers all schemas; a second run changes nothing', async () => {
    const installation = await openInstallation();
    const { prefix, tools } = installation;
    const topology = installation.topology('symbols: [A, B, C]\nuniverses: [{ name: u, symbols: [A, B] }]');

    const steps = await applyTopology(topology, tools);
    expect(steps).toHaveLength(9 /* compatibilities */ + 9 /* schemas */ + 9 /* topics */ + 1 /* record of the symbols */);
    expect(texts(steps).at(-1)).toBe(`create topic ${prefix}ticks with 3 partitions`);

    const topics = await tools.admin.describeTopics(Object.values(topology.topics).map(({ name }) => name));
    for (const { name, partitions, configs, subject, compatibility } of Object.values(topology.topics)) {
      expect(topics.get(name)).toMatchObject({ partitions, configs });
      expect(await tools.registry.compatibility(subject)).toBe(compatibility);
      expect(await tools.registry.latest(subject)).toMatchObject({ version: 1 });
    }
    expect(await readPartitionRule(tools.connection, topology.topics.control.name, tools.log)).toEqual(topology.partitioning);

    expect(await applyTopology(topology, tools)).toEqual([]);
  });

  it('asks the registry again where an answer fails to come in the middle', async () => {
    const installation = await openInstallation();
    const asked: string[] = [];
    class Hesitant extends Registry {
      override async register(subject: string, schema: object): Promise<number> {
        if (asked.push(subject) === 1) throw new RegistryOutage('no answer');
        return await super.register(subject, schema);
      }
    }
    const registry = new Hesitant({ url: inject('registryUrl') });
    const topology = installation.topology('symbols: [A]');
    await applyTopology(topology, { ...installation.tools, registry });
    expect(asked).toHaveLength(9 + 1);
    expect(await applyTopology(topology, installation.tools)).toEqual([]);
  });

  it('only plans, if asked', async () => {
    const installation = await openInstallation();
    const plan = await planApply(installation.topology('symbols: [A]'), installation.tools);
    expect(plan.steps).toHaveLength(28);
    expect(await partitionsOf(installation)).toEqual({});
  });

  it('grows the topics for appended symbols', async () => {
    const installation = await openInstallation();
    const { prefix, tools, topology } = installation;
    await applyTopology(topology('symbols: [A, B]'), tools);
    const steps = await applyTopology(topology('symbols: [A, B, C]'), tools);
    expect(texts(steps)).toEqual([
      ...['clean-ohlcv', 'features-tier1', 'clean-changelog', 'tier1-changelog'].map(
        (name) => `grow topic ${prefix}${name} from 2 to 3 partitions`,
      ),
      'record new symbols: C',
      `grow topic ${prefix}ticks from 2 to 3 partitions`,
    ]);
    expect(await partitionsOf(installation)).toMatchObject({ ticks: 3, 'clean-ohlcv': 3, 'tier1-changelog': 3, 'features-tier2': 1 });
    expect(await applyTopology(topology('symbols: [A, B, C]'), tools)).toEqual([]);
  });

  it('makes again what somebody deleted or altered', async () => {
    const { prefix, tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    await applyTopology(wanted, tools);
    await tools.admin.deleteTopics([`${prefix}dead-letters`]);
    await tools.admin.alterConfigs(`${prefix}ticks`, { 'retention.ms': '604800000' });
    expect(texts(await applyTopology(wanted, tools))).toEqual([
      `create topic ${prefix}dead-letters with 1 partition`,
      `alter topic ${prefix}ticks: retention.ms: 604800000 -> -1`,
    ]);
    expect(await applyTopology(wanted, tools)).toEqual([]);
  });

  it.each([
    ['another order', 'symbols: [B, A]', 'symbols: partition 0: want B, is A: the list may only grow at its end'],
    ['fewer symbols', 'symbols: [A]', 'partitions: want 1, is 2'],
    ['other shared partitions', 'symbols: [A]\nshared_partitions: 1', 'shared_partitions: want 1, is 0: it is fixed once the topics exist'],
  ])('refuses %s with the difference, and changes nothing', async (_, yaml, difference) => {
    const installation = await openInstallation();
    const { tools, topology } = installation;
    await applyTopology(topology('symbols: [A, B]'), tools);
    const before = await partitionsOf(installation);
    await expect(applyTopology(topology(yaml), tools)).rejects.toThrow(difference);
    expect(await partitionsOf(installation)).toEqual(before);
  });

  it('refuses to list a symbol that has state on a shared partition, and takes one that has none', async () => {
    const { prefix, tools, topology } = await openInstallation();
    await applyTopology(topology('symbols: [A]\nshared_partitions: 2'), tools);
    const producer = await IdempotentProducer.open(tools.connection, tools.log);
    const state = { partition: murmur2Partition(Buffer.from('OLD'), 2), key: 'OLD', value: 'state', timestamp: 0 };
    await producer.send([{ topic: `${prefix}clean-changelog`, messages: [state] }]);
    await producer.close();

    await expect(applyTopology(topology('symbols: [A, NEW, OLD]\nshared_partitions: 2'), tools)).rejects.toThrow(
      'symbols: OLD has state on a shared partition already',
    );
    const steps = await applyTopology(topology('symbols: [A, NEW]\nshared_partitions: 2'), tools);
    expect(texts(steps)).toContain('record new symbols: NEW');
  });

  it('lets an older program be: its schema is a version of the subject, though not the newest', async () => {
    const { tools, topology } = await openInstallation();
    const wanted = topology('symbols: [A]');
    await applyTopology(wanted, tools);
    const { subject } = wanted.topics.ticks;
    const { schema } = (await tools.registry.latest(subject))! as { schema: { fields: object[] } & object };
    const venue = { name: 'venue', type: ['null', 'string'], default: null, doc: 'Where it was quoted.' };
    await tools.registry.register(subject, { ...schema, fields: [...schema.fields, venue] });
    expect(await tools.registry.latest(subject)).toMatchObject({ version: 2 });
    expect(await applyTopology(wanted, tools)).toEqual([]);
  });

  it('refuses a schema that the registry would refuse, naming it, before any topic is made', async () => {
    const installation = await openInstallation();
    const { tools, topology } = installation;
    const { ticks } = topology('symbols: [A]').topics;
    await tools.registry.setCompatibility(ticks.subject, ticks.compatibility);
    const fields = [{ name: 'symbol', type: 'int', doc: 'Not what we mean by it.' }];
    await tools.registry.register(ticks.subject, { type: 'record', name: 'Tick', namespace: 'arbitrex', doc: 'Other.', fields });
    await expect(applyTopology(topology('symbols: [A]'), tools)).rejects.toThrow(
      `subject ${ticks.subject}: schemas/tick.avsc is not FULL_TRANSITIVE compatible`,
    );
    expect(await partitionsOf(installation)).toEqual({});
  });
});
