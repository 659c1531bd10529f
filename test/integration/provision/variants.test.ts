import { describe, expect, it } from 'vitest';
import { readPartitionRule } from '../../../src/ops/partition-rule.ts';
import { applyTopology, planApply } from '../../../src/provision/apply.ts';
import { deleteVariant, resetTopology } from '../../../src/provision/reset.ts';
import { buildTopology, type Topology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';
import { openInstallation } from './installation.ts';

const existing = async (tools: Parameters<typeof applyTopology>[1], { topics }: Topology): Promise<string[]> => {
  const found = await tools.admin.describeTopics(Object.values(topics).map(({ name }) => name));
  return Object.values(topics)
    .filter(({ name }) => found.has(name))
    .map(({ role }) => role);
};
const OWN = ['clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters', 'clean-changelog', 'tier1-changelog', 'join-changelog'];

describe('a variant is provisioned', () => {
  it('beside the main pipeline: its own topics and subjects, and nothing else; then cleared, then deleted', async () => {
    const { prefix, tools, topology } = await openInstallation();
    const main = topology('symbols: [A, B]');
    const settings = parseSettings(`timeframes: [1m]\nsymbols: [A, B]\ntopics: { prefix: ${prefix}, retention_ms: 86400000 }`, 'b.yaml');
    const variant = buildTopology(settings, 'b');

    await expect(applyTopology(variant, tools)).rejects.toThrow('which the main pipeline makes: run `arbitrex topology apply`');
    expect(await existing(tools, variant)).toEqual([]);

    await applyTopology(main, tools);
    const steps = await applyTopology(variant, tools);
    expect(steps.map(({ kind }) => kind)).toEqual([...OWN.flatMap(() => ['compatibility', 'register']), ...OWN.map(() => 'create')]);
    expect(await tools.registry.latest(`${prefix}features-tier1-b-value`)).toMatchObject({ version: 1 });
    expect(await applyTopology(variant, tools)).toEqual([]);
    // Another retention is the variant's own affair, and ticks keep theirs.
    expect((await planApply(main, tools)).steps).toEqual([]);
    expect(await readPartitionRule(tools.connection, main.topics.control.name, tools.log)).toEqual(main.partitioning);

    const cleared = await resetTopology(variant, tools);
    expect(cleared.groups[0]).toBe(`${prefix}arbitrex-all-b`);
    expect(cleared.kept).toEqual([`${prefix}ticks`, `${prefix}control`]);
    expect(await existing(tools, variant)).toHaveLength(9);

    await deleteVariant(variant, tools);
    expect(await existing(tools, variant)).toEqual(['ticks', 'control']);
    expect(await existing(tools, main)).toHaveLength(9);
    await expect(deleteVariant(main, tools)).rejects.toThrow('the main pipeline is not deleted');
  });

  it('only with the symbols of the main pipeline', async () => {
    const { prefix, tools, topology } = await openInstallation();
    await applyTopology(topology('symbols: [A, B]'), tools);
    const settings = parseSettings(`timeframes: [1m]\nsymbols: [A, B, C]\ntopics: { prefix: ${prefix} }`, 'b.yaml');
    const variant = buildTopology(settings, 'b');
    await expect(applyTopology(variant, tools)).rejects.toThrow(
      'the variant b cannot stand beside the main pipeline: symbols: partition 2: want C, the main pipeline has none',
    );
    expect(await existing(tools, variant)).toEqual(['ticks', 'control']);
  });
});
