import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGrid } from '../../../src/domain/grid.ts';
import { DEFAULT_BARS } from '../../../src/domain/settings.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { TopologyDriver } from '../../../src/runtime/driver.ts';
import { seeds, uniform } from '../../property/hostile.ts';
import { hostileSettings, hostileTicks } from '../../property/hostile-ticks.ts';
import { HOUR, MINUTE, rawBar, tickAt, utc } from '../domain/support.ts';
import { bitsOf, domainSettings, drive, Recording } from './support.ts';

const START = utc('2024-03-05T10:00');
const BARS = { ...DEFAULT_BARS, timeframes: ['1m', '5m'] as const };
const PAIR = { universes: [{ name: 'pair', symbols: ['A', 'B'] }] };

/** A tick of a symbol at each of these minutes, its price moving. */
const walk = (symbol: string, minutes: readonly number[]): Tick[] =>
  minutes.map((minute) => tickAt(START + minute * MINUTE, 1 + ((minute * 7) % 5) / 1_000, { symbol }));
const minutes = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the in-process driver', () => {
  test('gives one tier-1 row for every clean bar, and a matrix as soon as all symbols have closed a slot', () => {
    const recording = new Recording();
    const driver = new TopologyDriver<number>(domainSettings(BARS, PAIR), recording);
    const [a, b] = [walk('A', minutes(0, 3)), walk('B', minutes(0, 3))];
    a.forEach((tick, i) => {
      driver.tick(tick, i);
    });
    expect(recording.bars.get('A')).toHaveLength(3);
    expect(recording.rows.get('A')).toHaveLength(3);
    expect(recording.matrices.get('pair/1m')).toBeUndefined();
    driver.tick(b[0]!, 4);
    driver.tick(b[1]!, 5);
    expect(recording.matrices.get('pair/1m')).toHaveLength(1);
    driver.tick(b[2]!, 6);
    driver.tick(b[3]!, 7);
    expect(recording.matrices.get('pair/1m')).toHaveLength(3);
    expect(driver.counts()).toEqual({ accepted: 8, late: 0, duplicates: 0, refused: 0, held: 0 });
  });

  test('at the end of the input gives the matrices that waited for a silent symbol, and closes no bar', () => {
    const recording = new Recording();
    const driver = new TopologyDriver<number>(domainSettings(BARS, PAIR), recording);
    for (const tick of walk('A', minutes(0, 6))) driver.tick(tick, 0);
    const bars = recording.bars.get('A')!.length;
    expect(recording.matrices.size).toBe(0);
    driver.end();
    // Bars of minutes 1 to 6 are closed; a grace of two slots lets T's up to minute 4 go.
    expect(recording.matrices.get('pair/1m')).toHaveLength(4);
    expect(recording.matrices.get('pair/1m')![0]).toContain('"completeness":"partial","missing":["B"]');
    expect(recording.bars.get('A')).toHaveLength(bars);
  });

  test('says of every tick that enters no bar why, with what the caller said of where it came from', () => {
    const recording = drive(
      domainSettings(BARS),
      [
        tickAt(START, 1, { symbol: '' }),
        tickAt(START, Number.NaN),
        tickAt(START + 10 * MINUTE, 1, { seq: 5 }),
        tickAt(START + 10 * MINUTE, 1, { seq: 5 }),
        tickAt(START + 7 * MINUTE, 1),
      ],
      (_, at) => 100 + at,
    );
    expect(recording.refusals).toEqual(['100 BAD_SYMBOL', '101 BAD_PRICE', '103 DUPLICATE', '104 LATE 1m;5m']);
  });

  test('takes raw bars instead of ticks: one without a symbol, off the grid or not after the last is refused', () => {
    const settings = domainSettings({ ...DEFAULT_BARS, timeframes: ['1H'], spread: 'hl' });
    const recording = new Recording();
    const driver = new TopologyDriver<number>(settings, recording);
    const feed = (symbol: string, timestamp: number, origin: number) => driver.rawBar(symbol, '1H', timestamp, rawBar(1), origin);
    feed('', START, 1);
    feed('A', START, 2);
    feed('A', START + 1, 3);
    feed('A', START, 4);
    feed('A', START + 3 * HOUR, 5);
    expect(recording.refusals).toEqual(['1 BAD_SYMBOL', '3 OFF_GRID', '4 LATE']);
    expect(recording.bars.get('A')).toHaveLength(4);
    expect(createGrid('1H', settings.bars).indexOf(START)).toBeGreaterThan(0);
  });

  test('hands the same object over for every bar: what outlives the call is copied', () => {
    const seen: unknown[] = [];
    const driver = new TopologyDriver<number>(domainSettings(BARS), {
      bar: (bar) => seen.push(bar),
      features() {},
      matrix() {},
      refused() {},
      duplicate() {},
    });
    for (const tick of walk('A', minutes(0, 3))) driver.tick(tick, 0);
    expect(seen[1]).toBe(seen[0]);
    expect(bitsOf(seen[0] as object)).toContain('"symbol":"A"');
  });
});

/** Ticks of several symbols, each with its own troubles, in an order of all that keeps the order of each. */
function interleave(bySymbol: readonly (readonly Tick[])[], random: () => number): Tick[] {
  const rest = bySymbol.map((ticks) => [...ticks]);
  const merged: Tick[] = [];
  for (let left = rest.filter((ticks) => ticks.length > 0); left.length > 0; left = left.filter((ticks) => ticks.length > 0)) {
    merged.push(left[Math.floor(random() * left.length)]!.shift()!);
  }
  return merged;
}

test('however symbols interleave, each gives the same bars and rows, and complete matrices are the same', () => {
  let matrices = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const symbols = ['A', 'B', 'C'];
      const bySymbol = symbols.map((symbol, i) =>
        hostileTicks(seed + i, 120).map((tick) => (tick.symbol === '' ? tick : { ...tick, symbol })),
      );
      const settings = domainSettings(hostileSettings(seed), { universes: [{ name: 'all', symbols }], joinGrace: 1_000_000 });
      const runs = [1, 2, 3].map((order) => drive(settings, interleave(bySymbol, uniform(seed + order)), () => 0));
      for (const stream of runs[0]!.matrices.values()) matrices += stream.length;
      for (const run of runs.slice(1)) {
        expect(run.bars).toEqual(runs[0]!.bars);
        expect(run.rows).toEqual(runs[0]!.rows);
        // With a grace that is never over, what goes out is complete.
        expect(run.matrices).toEqual(runs[0]!.matrices);
        expect(run.refusals.toSorted()).toEqual(runs[0]!.refusals.toSorted());
      }
    }),
    { numRuns: 30, seed: 20_261_123 },
  );
  expect(matrices).toBeGreaterThan(100);
});
