import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { buildTopics, joinSlots, TOPIC_ROLES, type TopicRole } from '../../../topology/topics.ts';
import { exampleSettings } from './example.ts';

const LONG_MAX = '9223372036854775807';
const DATA: TopicRole[] = ['ticks', 'clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters'];
const STATE: TopicRole[] = ['control', 'clean-changelog', 'tier1-changelog', 'join-changelog'];

describe('the topics', () => {
  const topics = buildTopics(exampleSettings());

  it('are nine, named with the prefix; a subject is called after its topic', () => {
    expect(Object.keys(topics)).toEqual([...TOPIC_ROLES]);
    expect([...DATA, ...STATE].sort()).toEqual([...TOPIC_ROLES].sort());
    const prefixed = buildTopics(exampleSettings('topics: { prefix: research. }'));
    expect(prefixed['clean-ohlcv']).toMatchObject({ name: 'research.clean-ohlcv', subject: 'research.clean-ohlcv-value' });
  });

  it.each(TOPIC_ROLES)('%s names the record that its schema file holds', (role) => {
    const { namespace, name } = JSON.parse(readFileSync(join(packageRoot, 'schemas', topics[role].schemaFile), 'utf8'));
    expect(`${namespace}.${name}`).toBe(topics[role].record);
  });

  it('keep the partition number of ticks up to the join, whose changelog has one for each universe and timeframe', () => {
    const counts = (more: string) =>
      Object.fromEntries(Object.values(buildTopics(exampleSettings(more))).map((t) => [t.role, t.partitions]));
    const perSymbol = ['ticks', 'clean-ohlcv', 'features-tier1', 'clean-changelog', 'tier1-changelog'];
    expect(counts('shared_partitions: 2')).toEqual({
      ...Object.fromEntries(perSymbol.map((role) => [role, 2 + 3])),
      'features-tier2': 1,
      'dead-letters': 1,
      control: 1,
      'join-changelog': 4,
    });
    expect(counts('topics: { tier2_partitions: 6 }')['features-tier2']).toBe(6);
  });

  it('have at least one partition, though no universe asks for a join', () => {
    const settings = exampleSettings();
    const without = { ...settings, domain: { ...settings.domain, matrices: { ...settings.domain.matrices, universes: [] } } };
    expect(buildTopics(without)['join-changelog'].partitions).toBe(1);
    expect(joinSlots(without)).toEqual([]);
  });

  it('take any event time, however old or far ahead', () => {
    for (const topic of Object.values(topics)) {
      expect(topic.configs).toMatchObject({
        'message.timestamp.type': 'CreateTime',
        'message.timestamp.before.max.ms': LONG_MAX,
        'message.timestamp.after.max.ms': LONG_MAX,
      });
    }
  });

  it.each(DATA)('%s keeps every record for ever by default, and its readers and writers of all versions understand each other', (role) => {
    expect(topics[role].configs).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '-1', 'segment.ms': LONG_MAX });
    expect(topics[role].compatibility).toBe('FULL_TRANSITIVE');
  });

  it.each(STATE)('%s is compacted, and evolves backward', (role) => {
    expect(topics[role].configs).toMatchObject({ 'cleanup.policy': 'compact', 'segment.ms': LONG_MAX });
    expect(topics[role].configs).not.toHaveProperty('retention.ms');
    expect(topics[role].compatibility).toBe('BACKWARD');
  });

  it('roll segments by time where records are deleted by time', () => {
    const { ticks } = buildTopics(exampleSettings('topics: { retention_ms: 86400000 }'));
    expect(ticks.configs).toMatchObject({ 'retention.ms': '86400000' });
    expect(ticks.configs).not.toHaveProperty('segment.ms');
  });

  it('let a maximal tick through to dead-letters and state, with room for what is put around it', () => {
    const sized = buildTopics(exampleSettings('topics: { max_message_bytes: 2097152, tier2_max_message_bytes: 8388608 }'));
    const limit = (role: TopicRole) => Number(sized[role].configs['max.message.bytes']);
    expect(limit('ticks')).toBe(2_097_152);
    expect(limit('dead-letters')).toBe(2_097_152 + 65_536);
    expect(limit('clean-changelog')).toBe(2_097_152 + 65_536);
    expect(limit('features-tier2')).toBe(8_388_608);
  });

  it('have segments that hold their largest record', () => {
    for (const role of STATE) {
      for (const more of ['', 'topics: { max_message_bytes: 16777216 }']) {
        const { configs } = buildTopics(exampleSettings(more))[role];
        expect(Number(configs['segment.bytes'])).toBeGreaterThan(Number(configs['max.message.bytes']));
      }
    }
  });
});

describe('the joins', () => {
  it('are numbered universes by timeframes, both in the order of the settings', () => {
    const named = joinSlots(exampleSettings()).map(({ partition, universe, timeframe }) => [partition, universe.name, timeframe]);
    expect(named).toEqual([
      [0, 'majors', '1m'],
      [1, 'majors', '1H'],
      [2, 'dollar', '1m'],
      [3, 'dollar', '1H'],
    ]);
  });
});
