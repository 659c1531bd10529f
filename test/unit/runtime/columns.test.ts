import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_BARS } from '../../../src/domain/settings.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import type { TickColumns } from '../../../src/runtime/columns.ts';
import { TopologyDriver } from '../../../src/runtime/driver.ts';
import { seeds } from '../../property/hostile.ts';
import { hostileSettings, hostileTicks } from '../../property/hostile-ticks.ts';
import { tickAt, utc } from '../domain/support.ts';
import { domainSettings, drive, Recording } from './support.ts';

const START = utc('2024-03-05T10:00');

/** The ticks as columns; symbols and sources are numbered in the order they come. */
function columnsOf(ticks: readonly Tick[]): TickColumns {
  const symbols = [...new Set(ticks.map(({ symbol }) => symbol))];
  const sources = [...new Set(ticks.map(({ sourceId }) => sourceId))];
  const numbers = (of: (tick: Tick) => number) => Float64Array.from(ticks, of);
  return {
    symbols,
    symbol: Int32Array.from(ticks, ({ symbol }) => symbols.indexOf(symbol)),
    sources,
    source: Int32Array.from(ticks, ({ sourceId }) => sources.indexOf(sourceId)),
    eventTime: numbers(({ eventTime }) => eventTime),
    bid: numbers(({ bid }) => bid),
    ask: numbers(({ ask }) => ask),
    last: numbers(({ hasLast, last }) => (hasLast ? last : Number.NaN)),
    volume: numbers(({ hasVolume, volume }) => (hasVolume ? volume : Number.NaN)),
    seq: numbers(({ hasSeq, seq }) => (hasSeq ? seq : Number.NaN)),
  };
}

const of = (symbol: string, fields: Partial<Tick> = {}) => tickAt(START, 1, { symbol, ...fields });

describe('ticks from columns', () => {
  test('bring about what they would one by one, in the same order and with the same bits, in however many batches they come', () => {
    let matrices = 0;
    let refusals = 0;
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 300 }), (seed, batch) => {
        const symbols = ['A', 'B', 'C'];
        const ticks = hostileTicks(seed, 300).map((tick, i) =>
          tick.symbol === '' ? tick : { ...tick, symbol: symbols[(i * 7 + seed) % 3]! },
        );
        const settings = domainSettings(hostileSettings(seed), { universes: [{ name: 'all', symbols }] });
        const recording = new Recording();
        const driver = new TopologyDriver<number>(settings, recording);
        for (let from = 0; from < ticks.length; from += batch) {
          driver.columns(columnsOf(ticks.slice(from, from + batch)), (row) => from + row);
        }
        driver.end();
        const expected = drive(settings, ticks);
        for (const stream of expected.matrices.values()) matrices += stream.length;
        refusals += expected.refusals.length;
        expect(recording).toEqual(expected);
      }),
      { numRuns: 40, seed: 20_261_125 },
    );
    expect(matrices).toBeGreaterThan(100);
    expect(refusals).toBeGreaterThan(100);
  });

  test('may leave out last, volume and seq, which are null then, and the source, which is the first', () => {
    const ticks = [of('A', { sourceId: 'x' }), of('A', { sourceId: 'x', eventTime: START + 60_000 })];
    const { last: _, volume: __, seq: ___, source: ____, ...columns } = columnsOf(ticks);
    const recording = new Recording();
    new TopologyDriver<number>(domainSettings(DEFAULT_BARS), recording).columns(columns, (row) => row);
    expect(recording.bars).toEqual(drive(domainSettings(DEFAULT_BARS), ticks).bars);
    expect(recording.bars.get('A')![0]).toContain('"sourceId":"x"');
  });

  test.each<[string, Partial<TickColumns>]>([
    ['column bid has 1 rows, column symbol 2', { bid: Float64Array.of(1) }],
    ['column seq has 3 rows, column symbol 2', { seq: new Float64Array(3) }],
    ['row 1 has symbol 2, there are 2', { symbol: Int32Array.of(0, 2) }],
    ['row 0 has symbol -1, there are 2', { symbol: Int32Array.of(-1, 0) }],
    ['row 1 has source 1, there are 1', { source: Int32Array.of(0, 1) }],
  ])('are refused as a whole where they do not fit: %s', (message, fields) => {
    const recording = new Recording();
    const driver = new TopologyDriver<number>(domainSettings(DEFAULT_BARS), recording);
    expect(() => driver.columns({ ...columnsOf([of('A'), of('B')]), ...fields }, (row) => row)).toThrow(new RangeError(message));
    expect(driver.counts().accepted).toBe(0);
  });
});
