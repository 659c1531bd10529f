import { describe, expect, it } from 'vitest';
import { describeJson, describeMermaid, describeText } from '../../../topology/describe.ts';
import { buildTopology } from '../../../topology/fx.ts';
import { exampleSettings } from './example.ts';

describe('the topology describes itself', () => {
  it('as tables', () => {
    const text = describeText(buildTopology(exampleSettings('shared_partitions: 2')));
    expect(text).toMatch(/^ {2}ticks +5 +symbol +arbitrex\.Tick +for ever +1024 KiB +FULL_TRANSITIVE$/m);
    expect(text).toMatch(/^ {2}dead-letters +1 .* 1088 KiB /m);
    expect(text).toMatch(/^ {2}tier1 +clean-ohlcv +features-tier1 +tier1-changelog /m);
    expect(text).toMatch(/^ {2}tier2 +join +arbitrex-tier2 +join-changelog$/m);
    expect(text).toContain('Partitions of ticks\n  0 to 1  shared by symbols that are not listed\n  2  EURUSD\n  3  GBPUSD\n  4  USDJPY\n');
    expect(text).toContain('  3  dollar/1H  2 symbols\n');
    expect(text).not.toMatch(/ $/m);
  });

  it('and says what an installation does not have', () => {
    const settings = exampleSettings();
    const none = { ...settings, domain: { ...settings.domain, matrices: { ...settings.domain.matrices, universes: [] } } };
    const text = describeText(buildTopology(none));
    expect(text).toContain('symbols that are not listed are dead-lettered as UNLISTED');
    expect(text).toContain('none: the settings name no universe');
  });

  it('says how long records are kept', () => {
    const kept = (ms: number) => describeText(buildTopology(exampleSettings(`topics: { retention_ms: ${ms} }`)));
    expect(kept(7 * 86_400_000)).toContain('7 d of event time');
    expect(kept(1500)).toContain('1500 ms of event time');
  });

  it('as a Mermaid flowchart in which every edge joins nodes that are there', () => {
    const lines = describeMermaid(buildTopology(exampleSettings())).trimEnd().split('\n');
    expect(lines[0]).toBe('flowchart LR');
    const nodes = new Set(lines.flatMap((line) => /^ {2}(\w+)[[(]/.exec(line)?.[1] ?? []));
    expect(nodes.size).toBe(9 + 3);
    const edges = lines.filter((line) => line.includes('->'));
    const ends = edges.map((line) => /^ {2}(\w+) (?:-->|<?-\. \w+ \.->) (\w+)$/.exec(line));
    expect(edges).toHaveLength(3 * 3 + 5);
    for (const end of ends) expect(nodes.has(end?.[1] ?? '') && nodes.has(end?.[2] ?? '')).toBe(true);
  });

  it('as JSON for programs', () => {
    const json = JSON.parse(JSON.stringify(describeJson(buildTopology(exampleSettings()))));
    expect(json.topics[0]).toMatchObject({ role: 'ticks', name: 'ticks', partitions: 3, subject: 'ticks-value', schemaFile: 'tick.avsc' });
    expect(json.joins[1]).toEqual({ partition: 1, universe: 'majors', timeframe: '1H' });
    expect(json.universes.map(({ name }: { name: string }) => name)).toEqual(['majors', 'dollar']);
    expect(json.partitioning).toEqual({ shared_partitions: 0, symbols: ['EURUSD', 'GBPUSD', 'USDJPY'] });
  });
});
