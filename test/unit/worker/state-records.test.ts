import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_BARS, type DomainSettings } from '../../../src/domain/settings.ts';
import { createGrids, SymbolStage, type SymbolStageState } from '../../../src/domain/symbol-stage.ts';
import { StageHeaders } from '../../../src/lineage/stage-headers.ts';
import { ChangelogBuffer } from '../../../src/runtime/changelog-buffer.ts';
import { OutputBuffer } from '../../../src/runtime/output-buffer.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { fromCleanState } from '../../../src/worker/clean-state.ts';
import { FeatureWork } from '../../../src/worker/feature-work.ts';
import { hostileBars, seeds } from '../../property/hostile.ts';
import { hostileSettings, hostileTicks } from '../../property/hostile-ticks.ts';
import { barSettings, MINUTE, tickAt } from '../domain/support.ts';
import { domainSettings } from '../runtime/support.ts';
import { codecFor, Topics } from './support.ts';

const RECORD: InputRecord = {
  offset: 5,
  timestamp: 6,
  key: Buffer.from('A'),
  value: Buffer.from([1]),
  headers: [{ key: 'h', value: null }],
};
const SINK = { bar() {}, refused() {}, duplicate() {} };
const TOPICS = { partition: 0, output: 'features-tier1', changelog: 'tier1-changelog' };
/** Of a record that no test looks at. */
const HEADERS = new StageHeaders({ topic: 'ticks', partition: 0 });
HEADERS.standOn(0, null);
const options = { numRuns: 40, seed: 20_261_123 };

/** A state written to its record and read back. */
async function throughBytes(domain: DomainSettings, state: SymbolStageState<InputRecord>): Promise<SymbolStageState<InputRecord>> {
  const codec = codecFor(domain);
  const { records, isUsable } = await codec.readCleanStates([codec.cleanState('EURUSD', 77, state)]);
  expect(isUsable).toBe(true);
  expect(records[0]).toMatchObject({ symbol: 'EURUSD', input_offset: 77 });
  return fromCleanState(records[0]!);
}

describe('the clean stage’s state as a record', () => {
  test('of a symbol that has seen nothing: infinities and nulls come back', async () => {
    const settings = barSettings({ timeframes: ['1m', '5m'] });
    const state = new SymbolStage<InputRecord>('EURUSD', settings, createGrids(settings)).snapshot();
    expect(state.highestEventTime).toBe(Number.NEGATIVE_INFINITY);
    expect(await throughBytes(domainSettings(settings), state)).toEqual(state);
  });

  test('with a held tick: its numbers and its original, byte for byte', async () => {
    const settings = barSettings({ maxJumpMs: MINUTE });
    const stage = new SymbolStage<InputRecord>('EURUSD', settings, createGrids(settings));
    stage.process(tickAt(0), RECORD, SINK);
    stage.process(tickAt(9 * MINUTE, 2, { seq: 3, sourceId: 'b' }), RECORD, SINK);
    const { held } = await throughBytes(domainSettings(settings), stage.snapshot());
    expect(held!.tick).toMatchObject({
      symbol: 'EURUSD',
      eventTime: 9 * MINUTE,
      bid: 2,
      seq: 3,
      hasSeq: true,
      hasVolume: false,
      sourceId: 'b',
    });
    expect(held!.origin).toEqual(RECORD);
  });

  test('comes back to the bit after any ticks', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const settings = hostileSettings(seed);
        const stage = new SymbolStage<InputRecord>('EURUSD', settings, createGrids(settings));
        for (const tick of hostileTicks(seed, 80)) stage.process(tick, RECORD, SINK);
        const state = { ...stage.snapshot(), held: null };
        expect(await throughBytes(domainSettings(settings), state)).toEqual(state);
      }),
      options,
    );
  });

  test('made under other settings is not to be used', async () => {
    const settings = barSettings();
    const value = codecFor(domainSettings(settings)).cleanState(
      'A',
      1,
      new SymbolStage<InputRecord>('A', settings, createGrids(settings)).snapshot(),
    );
    const other = codecFor(domainSettings(barSettings({ minVolume: 2 })));
    expect((await other.readCleanStates([value])).isUsable).toBe(false);
  });
});

describe('the tier-1 stage’s state as records', () => {
  test('goes on with the same bytes after a restore at any bar, gaps that restart the series among them', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 159 }), fc.integer({ min: 1, max: 159 }), async (seed, cut, restart) => {
        const domain = domainSettings(DEFAULT_BARS);
        const bars = hostileBars(seed, 160, 1).map((bar, i) => ({ ...bar, isPartial: i === 0 || i === restart }));
        const work = () => new FeatureWork(domain.features, TOPICS, codecFor(domain), HEADERS);
        const written = (stage: FeatureWork, from: number, to: number, topics: Topics) => {
          const [outputs, changelog] = [new OutputBuffer(), new ChangelogBuffer()];
          for (let i = from; i < to; i++) {
            stage.onBar(bars[i]!, i, outputs);
            // A commit may come after any bar, and hold many.
            if ((i * seed) % 7 === 0) stage.takeChanges(changelog);
          }
          stage.takeChanges(changelog);
          topics.write(outputs.take());
          topics.save(changelog.take());
        };
        const [whole, parts] = [new Topics(), new Topics()];
        written(work(), 0, bars.length, whole);
        written(work(), 0, cut, parts);

        const restored = work();
        for (const record of parts.changelog(TOPICS.changelog)) restored.restore(record);
        expect(await restored.load()).toEqual({ isUsable: true, position: cut });
        restored.apply();
        // Bars that the state includes give no second row.
        written(restored, 0, bars.length, parts);
        expect(parts.outputs).toEqual(whole.outputs);
      }),
      options,
    );
  });
});
