import { describe, expect, it, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { buildTopology, STAGE_SETS, transactionalId } from '../../../topology/fx.ts';
import { type ActualCluster, type ActualTopic, planChanges } from '../../../topology/plan.ts';
import { TOPIC_ROLES, type TopicRole } from '../../../topology/topics.ts';
import { checkSuffix } from '../../../topology/variant.ts';
import { exampleSettings } from './example.ts';

const BORROWED: TopicRole[] = ['ticks', 'control'];
const OWN = TOPIC_ROLES.filter((role) => !BORROWED.includes(role));

describe('a suffix', () => {
  test.each(['b', '2', 'norm-90', 'abcdefghijklmnop'])('may be %s', (suffix) => {
    expect(() => checkSuffix(suffix)).not.toThrow();
  });

  test.each(['', '-', '-b', 'b-', 'a--b', 'B', 'b.yaml', 'b_1', 'ß', 'main', 'abcdefghijklmnopq'])('cannot be "%s"', (suffix) => {
    expect(() => checkSuffix(suffix)).toThrow(UserError);
    expect(() => buildTopology(exampleSettings(), suffix)).toThrow(`"${suffix}" cannot be a suffix`);
  });
});

describe('a variant', () => {
  const settings = exampleSettings('topics: { prefix: lab. }\nruntime: { application_id: desk }');
  const main = buildTopology(settings);
  const variant = buildTopology(settings, 'b');

  it('reads the ticks and follows the control topic of the main pipeline, and has all other topics for itself', () => {
    for (const role of BORROWED) expect(variant.topics[role]).toEqual({ ...main.topics[role], isBorrowed: true });
    for (const role of OWN) {
      const name = `lab.${role}-b`;
      expect(variant.topics[role]).toEqual({ ...main.topics[role], name, subject: `${name}-value` });
    }
  });

  it('has groups and transactional ids of its own', () => {
    expect(STAGE_SETS.map((set) => variant.stageSets[set].groupId)).toEqual([
      'lab.desk-all-b',
      'lab.desk-clean-b',
      'lab.desk-tier1-b',
      'lab.desk-tier2-b',
    ]);
    expect(transactionalId(variant.stageSets.all, 'ticks', 7)).toBe('lab.desk-all-b-ticks-7');
  });

  it('never writes to what it borrows', () => {
    expect(main.stages[0]?.outputs).toEqual(['clean-ohlcv', 'dead-letters', 'ticks']);
    expect(variant.stages.flatMap(({ outputs }) => outputs).filter((role) => variant.topics[role].isBorrowed)).toEqual([]);
  });

  it('leaves the main pipeline as it is', () => {
    expect(main.suffix).toBeNull();
    expect(Object.values(main.topics).some(({ isBorrowed }) => isBorrowed)).toBe(false);
  });

  it('has names that Kafka takes, under the longest prefix and suffix', () => {
    const longest = buildTopology(exampleSettings(`topics: { prefix: ${'p'.repeat(200)} }`), 's'.repeat(16));
    for (const { name } of Object.values(longest.topics)) expect(name.length).toBeLessThanOrEqual(249);
  });
});

describe('the plan of a variant', () => {
  const main = buildTopology(exampleSettings());
  const variant = buildTopology(exampleSettings(), 'b');

  /** The main pipeline's topics as it wants them, and what more there is. */
  function clusterOf(more: Readonly<Record<string, Partial<ActualTopic>>> = {}): ActualCluster {
    const topics = new Map<string, ActualTopic>();
    for (const { name, partitions, configs } of BORROWED.map((role) => main.topics[role])) {
      topics.set(name, { partitions, replicationFactor: 1, configs, ...more[name] });
    }
    return { topics, rule: main.partitioning, tickedOnShared: [] };
  }

  it('makes its own topics, and neither records the symbols nor touches ticks and control', () => {
    const altered = { ticks: { partitions: 30, configs: { ...main.topics.ticks.configs, 'retention.ms': '1000' } } };
    const { steps, conflicts } = planChanges(variant, clusterOf(altered));
    expect(conflicts).toEqual([]);
    expect(steps.map((step) => (step.kind === 'create' ? step.topic.name : step.text))).toEqual(OWN.map((role) => `${role}-b`));
  });

  it('asks for the main pipeline first', () => {
    const { conflicts } = planChanges(variant, { topics: new Map(), rule: null, tickedOnShared: [] });
    expect(conflicts).toEqual([
      'there is no topic control, ticks, which the main pipeline makes: run `arbitrex topology apply` with its settings first',
    ]);
    const unrecorded = planChanges(variant, { ...clusterOf(), rule: null });
    expect(unrecorded.conflicts[0]).toMatch(/^the main pipeline has not recorded its symbols/);
  });

  it.each([
    [
      'a symbol more',
      { symbols: ['EURUSD', 'GBPUSD', 'USDJPY', 'NZDUSD'] },
      'symbols: partition 3: want none, the main pipeline has NZDUSD',
    ],
    ['a symbol less', { symbols: ['EURUSD', 'GBPUSD'] }, 'symbols: partition 2: want USDJPY, the main pipeline has none'],
    ['another order', { symbols: ['EURUSD', 'USDJPY', 'GBPUSD'] }, 'symbols: partition 1: want GBPUSD, the main pipeline has USDJPY'],
    ['shared partitions', { sharedPartitions: 2 }, 'shared_partitions: want 0, the main pipeline has 2'],
  ])('is a conflict where the main pipeline has %s', (_, changes, conflict) => {
    expect(planChanges(variant, { ...clusterOf(), rule: { ...main.partitioning, ...changes } }).conflicts).toEqual([conflict]);
  });

  it('is a conflict where a tick may not fit into its state', () => {
    const configs = { ...main.topics.ticks.configs, 'max.message.bytes': '2097152' };
    expect(planChanges(variant, clusterOf({ ticks: { configs } })).conflicts).toEqual([
      'topic ticks: max.message.bytes: want 1048576 or less, is 2097152',
    ]);
  });
});
