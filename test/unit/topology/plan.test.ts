import { describe, expect, it } from 'vitest';
import { buildTopology, type Topology } from '../../../topology/fx.ts';
import { type ActualCluster, type ActualTopic, planChanges } from '../../../topology/plan.ts';
import { parseSettings } from '../../../topology/settings.ts';
import type { TopicRole } from '../../../topology/topics.ts';

function topologyOf(yaml: string): Topology {
  return buildTopology(parseSettings(`timeframes: [1m]\n${yaml}`, 'plan.yaml'));
}

/** A cluster that is just as a topology wants it, with some topics changed (null: absent). */
function clusterOf(topology: Topology, changed: Partial<Record<TopicRole, Partial<ActualTopic> | null>> = {}): ActualCluster {
  const topics = Object.values(topology.topics)
    .filter(({ role }) => changed[role] !== null)
    .map(({ role, name, partitions, configs }): [string, ActualTopic] => [
      name,
      { partitions, replicationFactor: 1, configs: { ...configs, 'compression.type': 'producer' }, ...changed[role] },
    ]);
  return { topics: new Map(topics), rule: topology.partitioning, tickedOnShared: [] };
}

const texts = (plan: ReturnType<typeof planChanges>) => plan.steps.map(({ text }) => text);

describe('the plan', () => {
  const three = topologyOf('symbols: [A, B, C]');

  it('makes everything in an empty cluster: outputs and state, then the record of the symbols, ticks last', () => {
    const plan = planChanges(three, { topics: new Map(), rule: null, tickedOnShared: [] });
    expect(plan.conflicts).toEqual([]);
    expect(texts(plan)).toEqual([
      'create topic clean-ohlcv with 3 partitions',
      'create topic features-tier1 with 3 partitions',
      'create topic features-tier2 with 1 partition',
      'create topic dead-letters with 1 partition',
      'create topic control with 1 partition',
      'create topic clean-changelog with 3 partitions',
      'create topic tier1-changelog with 3 partitions',
      'create topic join-changelog with 1 partition',
      'record the partition table: 3 symbols, 0 shared partitions',
      'create topic ticks with 3 partitions',
    ]);
  });

  it('is empty where all is as wanted, whatever else the cluster has set', () => {
    expect(planChanges(three, clusterOf(three))).toEqual({ steps: [], conflicts: [] });
  });

  it('makes only what is missing', () => {
    expect(texts(planChanges(three, clusterOf(three, { 'dead-letters': null })))).toEqual(['create topic dead-letters with 1 partition']);
  });

  it('grows for appended symbols: all behind ticks first, so that a tick on the new partition finds its way', () => {
    const plan = planChanges(topologyOf('symbols: [A, B, C, D, E]'), clusterOf(three));
    expect(plan.conflicts).toEqual([]);
    expect(texts(plan)).toEqual([
      'grow topic clean-ohlcv from 3 to 5 partitions',
      'grow topic features-tier1 from 3 to 5 partitions',
      'grow topic clean-changelog from 3 to 5 partitions',
      'grow topic tier1-changelog from 3 to 5 partitions',
      'record new symbols: D, E',
      'grow topic ticks from 3 to 5 partitions',
    ]);
  });

  it('goes on where an earlier run was cut off', () => {
    const four = topologyOf('symbols: [A, B, C, D]');
    const half = clusterOf(four, { ticks: { partitions: 3 }, 'tier1-changelog': { partitions: 3 } });
    expect(texts(planChanges(four, half))).toEqual([
      'grow topic tier1-changelog from 3 to 4 partitions',
      'grow topic ticks from 3 to 4 partitions',
    ]);
  });

  it('records the symbols of a cluster that was laid out by hand', () => {
    expect(texts(planChanges(three, { ...clusterOf(three), rule: null }))).toEqual([
      'record the partition table: 3 symbols, 0 shared partitions',
    ]);
  });

  it('alters settings that lose nothing, showing both values', () => {
    const { configs } = three.topics.ticks;
    const plan = planChanges(three, clusterOf(three, { ticks: { configs: { ...configs, 'retention.ms': '604800000' } } }));
    expect(plan).toMatchObject({ conflicts: [], steps: [{ kind: 'alter', configs: { 'retention.ms': '-1' } }] });
    expect(texts(plan)).toEqual(['alter topic ticks: retention.ms: 604800000 -> -1']);
  });

  it('lets partitions of joins that are gone be', () => {
    expect(planChanges(three, clusterOf(three, { 'join-changelog': { partitions: 4 } }))).toEqual({ steps: [], conflicts: [] });
  });
});

describe('a conflict is shown as the difference', () => {
  const shared = (symbols: string, count = 2) => topologyOf(`symbols: [${symbols}]\nshared_partitions: ${count}`);
  const abc = shared('A, B, C');

  it.each([
    ['fewer partitions', abc, clusterOf(abc, { 'clean-ohlcv': { partitions: 30 } }), ['topic clean-ohlcv: partitions: want 5, is 30']],
    [
      'another cleanup policy',
      abc,
      clusterOf(abc, { ticks: { configs: { ...abc.topics.ticks.configs, 'cleanup.policy': 'compact' } } }),
      ['topic ticks: cleanup.policy: want delete, is compact'],
    ],
    [
      'records stamped on arrival',
      abc,
      clusterOf(abc, { ticks: { configs: { ...abc.topics.ticks.configs, 'message.timestamp.type': 'LogAppendTime' } } }),
      ['topic ticks: message.timestamp.type: want CreateTime, is LogAppendTime'],
    ],
    [
      'another replication factor than the one asked for',
      topologyOf('symbols: [A]\ntopics: { replication_factor: 3 }'),
      clusterOf(topologyOf('symbols: [A]\ntopics: { replication_factor: 3 }'), Object.fromEntries([['ticks', { replicationFactor: 3 }]])),
      expect.arrayContaining(['topic control: replication factor: want 3, is 1']),
    ],
    [
      'symbols in another order',
      shared('A, C, B'),
      clusterOf(abc),
      ['symbols: partition 3: want C, is B: the list may only grow at its end'],
    ],
    [
      'a symbol put in between',
      shared('X, A, B, C'),
      clusterOf(abc),
      ['symbols: partition 2: want X, is A: the list may only grow at its end'],
    ],
    [
      'a symbol taken off',
      shared('A, B'),
      { ...clusterOf(abc), topics: clusterOf(shared('A, B')).topics },
      ['symbols: partition 4: want none, is C: the list may only grow at its end'],
    ],
    [
      'another count of shared partitions',
      shared('A, B', 3),
      clusterOf(abc),
      ['shared_partitions: want 3, is 2: it is fixed once the topics exist'],
    ],
    [
      'a symbol that ticked on a shared partition',
      shared('A, B, C, D'),
      { ...clusterOf(abc), tickedOnShared: ['D'] },
      ['symbols: D has state on a shared partition already: it cannot get a partition of its own'],
    ],
  ])('%s', (_, topology, cluster, conflicts) => {
    expect(planChanges(topology, cluster).conflicts).toEqual(conflicts);
  });

  it('but a record alone binds nobody: with the topics gone the cluster is laid out anew', () => {
    const { topics, rule } = clusterOf(abc);
    const onlyControl = new Map([...topics].filter(([name]) => name === 'control'));
    const plan = planChanges(shared('C, B'), { topics: onlyControl, rule, tickedOnShared: [] });
    expect(plan.conflicts).toEqual([]);
    expect(texts(plan)).toContain('record the partition table: 2 symbols, 2 shared partitions');
  });
});
