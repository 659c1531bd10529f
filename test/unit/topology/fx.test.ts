import { describe, expect, it } from 'vitest';
import { buildTopology, overlappingSets, STAGE_SETS, transactionalId } from '../../../topology/fx.ts';
import { exampleSettings } from './example.ts';

describe('the topology', () => {
  const topology = buildTopology(exampleSettings());

  it('is a plain value: equal settings give equal topologies, and JSON holds all of it', () => {
    expect(buildTopology(exampleSettings())).toEqual(topology);
    expect(JSON.parse(JSON.stringify(topology))).toEqual(topology);
  });

  it('is frozen to the bottom, and leaves the settings as they are', () => {
    const settings = exampleSettings();
    const { topics, partitioning } = buildTopology(settings);
    expect(Object.isFrozen(topics.ticks.configs) && Object.isFrozen(partitioning.symbols)).toBe(true);
    expect(Object.isFrozen(settings.symbols) || Object.isFrozen(settings.domain.matrices.universes[0]?.symbols)).toBe(false);
  });

  it('chains its stages: what one writes the next one reads', () => {
    const [clean, tier1, join] = topology.stages;
    expect(clean).toMatchObject({ name: 'clean', input: 'ticks', store: 'clean-changelog' });
    expect(clean?.outputs).toContain(tier1?.input);
    expect(tier1?.outputs).toContain(join?.input);
    expect(join?.outputs).toEqual(['features-tier2']);
  });
});

describe('stage sets', () => {
  const { stageSets } = buildTopology(exampleSettings('topics: { prefix: lab. }\nruntime: { application_id: desk }'));

  it('have a consumer group and transactional ids each, apart from those of other installations', () => {
    expect(STAGE_SETS.map((set) => stageSets[set].groupId)).toEqual(['lab.desk-all', 'lab.desk-clean', 'lab.desk-tier1', 'lab.desk-tier2']);
    expect(transactionalId(stageSets.all, 'ticks', 7)).toBe('lab.desk-all-ticks-7');
    expect(transactionalId(stageSets.all, 'join-changelog', 7)).toBe('lab.desk-all-join-changelog-7');
  });

  it('hand out ticks for the symbols, and one partition of the join changelog for each join', () => {
    expect(stageSets.all).toMatchObject({ stages: ['clean', 'tier1', 'join'], assigned: ['ticks', 'join-changelog'] });
    expect(stageSets.tier1).toMatchObject({ stages: ['tier1'], assigned: ['clean-ohlcv'] });
    expect(stageSets.tier2).toMatchObject({ stages: ['join'], assigned: ['join-changelog'] });
  });

  it('exclude each other where they share a stage', () => {
    expect(overlappingSets('all')).toEqual(['clean', 'tier1', 'tier2']);
    for (const part of ['clean', 'tier1', 'tier2'] as const) expect(overlappingSets(part)).toEqual(['all']);
  });
});
