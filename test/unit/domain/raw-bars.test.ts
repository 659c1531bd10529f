import { beforeEach, describe, expect, it } from 'vitest';
import { BarSeries } from '../../../src/domain/bar-series.ts';
import type { RawBar } from '../../../src/domain/clean-series.ts';
import { createGrid } from '../../../src/domain/grid.ts';
import type { BarSettings } from '../../../src/domain/settings.ts';
import { barSettings, HOUR, missingRawBar, Recorder, rawBar, timeline, utc } from './support.ts';

let out: Recorder;
beforeEach(() => {
  out = new Recorder();
});

/** A series of hourly raw bars, and how to hand it the bar that ends at the given hour. */
function hourly(overrides: Partial<BarSettings> = {}) {
  const settings = barSettings({ timeframes: ['1H'], spread: 'hl', ...overrides });
  const series = new BarSeries('EURUSD', createGrid('1H', settings), settings);
  return { series, add: (hour: number, bar: RawBar) => series.addRaw(bar, hour * HOUR, out.bar) };
}
const lines = () => timeline(out.bars, HOUR);

describe('raw bars as input (spec section 2)', () => {
  it('come out at once, stamped with their slot END, the first one partial', () => {
    const { add } = hourly();
    expect([add(1, rawBar(1)), add(2, rawBar(2))]).toEqual([null, null]);
    expect(lines()).toBe('1* 2');
  });

  it('that do not end on the grid are OFF_GRID and change nothing', () => {
    const { add } = hourly();
    add(1, rawBar(1));
    expect(add(2.5, rawBar(2))).toBe('OFF_GRID');
    expect(add(2, rawBar(3))).toBeNull();
    expect(lines()).toBe('1* 2');
  });

  it('that are not after the last are LATE, and OFF_GRID comes first', () => {
    const { add } = hourly();
    add(5, rawBar(1));
    expect([add(5, rawBar(2)), add(4, rawBar(2)), add(3.5, rawBar(2)), add(5, missingRawBar())]).toEqual([
      'LATE',
      'LATE',
      'OFF_GRID',
      'LATE',
    ]);
    expect(lines()).toBe('5*');
  });

  it('with all four prices null are missing bars, as are the slots between two bars', () => {
    const { add } = hourly();
    add(1, rawBar(1));
    add(2, missingRawBar());
    add(5, rawBar(1));
    expect(lines()).toBe('1* (2) (3) (4) 5');
    expect(out.bars[1]).toMatchObject({ volume: Number.NaN, tickCount: 0, sourceId: null });
  });

  it('with one price null are no missing bars but outliers', () => {
    const { add } = hourly();
    add(1, rawBar(1, { low: Number.NaN }));
    expect(out.bars[0]).toMatchObject({ isMissing: false, isOutlier: true, validBar: false });
  });

  it('begin a series with a missing bar where the first one is missing', () => {
    const { add } = hourly();
    add(1, missingRawBar());
    add(2, rawBar(1));
    expect(lines()).toBe('(1)* 2');
  });

  it('count a null volume as 0 against min_volume and leave it null; tick_count is null', () => {
    const { add } = hourly();
    add(1, rawBar(1, { volume: Number.NaN }));
    expect(out.bars[0]).toMatchObject({ volume: Number.NaN, tickCount: Number.NaN, validBar: true });
    hourly({ minVolume: 0.5 }).add(1, rawBar(1, { volume: Number.NaN }));
    expect(out.bars[1]).toMatchObject({ volume: Number.NaN, validBar: false });
  });

  it('keep their source', () => {
    hourly().add(1, rawBar(1, { sourceId: 'vendor' }));
    expect(out.bars[0]).toMatchObject({ sourceId: 'vendor' });
  });

  it('restart the series after too long a gap', () => {
    const { add, series } = hourly({ maxGapBars: 2 });
    add(1, rawBar(1));
    add(4, rawBar(1));
    add(8, rawBar(9));
    expect(lines()).toBe('1* (2) (3) 4 8*');
    expect(series.quality.restarts).toBe(1);
  });

  it('may stand in a closure with prices, but a missing bar there is OFF_GRID', () => {
    const saturday = utc('2024-01-06T12:00') / HOUR;
    const { add } = hourly({ calendar: 'fx' });
    add(saturday - 24, rawBar(1));
    expect(add(saturday, missingRawBar())).toBe('OFF_GRID');
    expect(add(saturday, rawBar(1))).toBeNull();
  });

  it('of 1D under fx end at 17:00 in New York', () => {
    const settings = barSettings({ timeframes: ['1D'], calendar: 'fx' });
    const series = new BarSeries('EURUSD', createGrid('1D', settings), settings);
    expect(series.addRaw(rawBar(1), utc('2024-03-08T22:00'), out.bar)).toBeNull();
    expect(series.addRaw(rawBar(1), utc('2024-03-11T22:00'), out.bar)).toBe('OFF_GRID');
    expect(series.addRaw(rawBar(1), utc('2024-03-11T21:00'), out.bar)).toBeNull();
    expect(out.bars).toHaveLength(2);
  });

  it('at hostile instants are taken or refused, and never loop', () => {
    const { add } = hourly();
    for (const t of [-9e15, -8.64e15, 8.64e15, 9e15, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([null, 'OFF_GRID', 'LATE']).toContain(add(t / HOUR, rawBar(1)));
    }
  });

  it('go on after a restore as if never stopped', () => {
    const { series, add } = hourly({ maxGapBars: 2 });
    add(1, rawBar(1));
    add(2, missingRawBar());
    const copy = hourly({ maxGapBars: 2 });
    copy.series.restore(series.snapshot());
    out = new Recorder();
    copy.add(3, missingRawBar());
    copy.add(4, missingRawBar());
    copy.add(5, rawBar(1));
    expect(lines()).toBe('(3) 5*');
  });
});
