import { describe, expect, test } from 'vitest';
import { DEFAULT_FEATURES } from '../../../src/domain/settings.ts';
import { FeatureStage } from '../../../src/runtime/feature-stage.ts';
import { cleanBar, column } from '../domain/support.ts';

const bar = (index: number, fields: Parameters<typeof cleanBar>[2] = {}) =>
  cleanBar(index, 1 + (index % 5) / 100, { logReturn1: (index % 7) / 1_000, ...fields });

describe('the tier-1 stage of a partition', () => {
  test('gives one row for every bar, each symbol and timeframe for itself', () => {
    const stage = new FeatureStage(DEFAULT_FEATURES);
    let row = null;
    for (let i = 0; i < 3; i++) {
      row = stage.next(bar(i), i)!;
      const other = stage.next(bar(i, { symbol: 'USDJPY', logReturn1: 1 }), i)!;
      expect([other.symbol, column(other, 'rolling_return_3')]).toEqual(['USDJPY', i === 2 ? 3 : Number.NaN]);
      expect(column(stage.next(bar(i, { timeframe: '5m', logReturn1: 2 }), i)!, 'rolling_return_3')).toBe(i === 2 ? 6 : Number.NaN);
      row = stage.next(bar(i + 10, { timeframe: '1H' }), i)!;
    }
    expect(row).toMatchObject({ symbol: 'EURUSD', timeframe: '1H', validBar: true });
  });

  test('a bar that is not valid gives a row without features', () => {
    const row = new FeatureStage(DEFAULT_FEATURES).next(bar(0, { validBar: false }), 0)!;
    expect(row.validBar).toBe(false);
    expect([...row.values].every(Number.isNaN)).toBe(true);
  });

  test('passes over bars that the restored state includes: those closed by records below its position', () => {
    const stage = new FeatureStage(DEFAULT_FEATURES);
    const state = {
      validBars: new FeatureStage(DEFAULT_FEATURES).entry('EURUSD', '1m').series.validBars,
      rows: [],
      since: 7,
      beginnings: 1,
    };
    stage.restore('EURUSD', '1m', state);
    expect(stage.next(bar(0), 6)).toBeNull();
    expect(stage.next(bar(1), 7)).not.toBeNull();
    // Another series does not include them.
    expect(stage.next(bar(0, { timeframe: '5m' }), 6)).not.toBeNull();
  });

  test('counts how often a series has begun anew: its rows are numbered from 0 each time', () => {
    const stage = new FeatureStage(DEFAULT_FEATURES);
    stage.next(bar(0, { isPartial: true }), 0);
    stage.next(bar(1), 1);
    expect(stage.entry('EURUSD', '1m').beginnings).toBe(1);
    stage.next(bar(9, { isPartial: true }), 2);
    expect(stage.entry('EURUSD', '1m').beginnings).toBe(2);
    expect(stage.entry('EURUSD', '1m').series.validBars.valid).toBe(1);
  });
});
