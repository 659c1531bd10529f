import { describe, expect, it } from 'vitest';
import { CLEAN_HEADER, cleanLine, FEATURES_HEADER, featureLine, matrixLine } from '../../../src/csv/results.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import { cleanBar } from '../domain/support.ts';

/** The cells of a line by the names in its header. */
function cellsOf(header: string, line: string): Record<string, string> {
  const cells = line.split(',');
  expect(cells).toHaveLength(header.split(',').length);
  return Object.fromEntries(header.split(',').map((name, i) => [name, cells[i]!]));
}

describe('lines of the result files', () => {
  it('a clean bar: nulls are empty cells, booleans are words', () => {
    const bar = cleanBar(2, 1.5, { open: 1e-7, logReturn1: 0.1 + 0.2, volume: Number.NaN, tickCount: Number.NaN });
    expect(cellsOf(CLEAN_HEADER, cleanLine(bar))).toEqual({
      timestamp_utc: '120000',
      symbol: 'EURUSD',
      timeframe: '1m',
      open: '1e-7',
      high: '1.5',
      low: '1.5',
      close: '1.5',
      volume: '',
      log_return_1: '0.30000000000000004',
      spread_estimate: '',
      is_missing: 'false',
      is_outlier: 'false',
      valid_bar: 'true',
      source_id: 'feed',
      schema_version: '1.0.0',
      tick_count: '',
      is_partial: 'false',
    });
  });

  it('a missing bar has no source', () => {
    const cells = cellsOf(CLEAN_HEADER, cleanLine(cleanBar(1, Number.NaN, { isMissing: true, sourceId: null, tickCount: 0 })));
    expect(cells).toMatchObject({ is_missing: 'true', source_id: '', close: '', tick_count: '0' });
  });

  it('a tier-1 row: its 41 columns in wire order', () => {
    const values = Float64Array.from(FEATURE_COLUMNS, (_, i) => (i === 3 ? Number.NaN : i));
    const line = featureLine({ symbol: 'EURUSD', timeframe: '1D', timestampUtc: 9, validBar: true, mlReady: false, logReturn1: 1, values });
    const cells = cellsOf(FEATURES_HEADER, line);
    expect(Object.keys(cells)).toHaveLength(41);
    expect(cells).toMatchObject({
      timeframe: '1D',
      valid_bar: 'true',
      ml_ready: 'false',
      rolling_return_3: '0',
      momentum_score: '',
      spread_ratio: '18',
    });
    expect(cells.stress_indicator_norm).toBe('35');
  });

  it('a matrix: JSON with null for what is not there', () => {
    const matrix: CorrelationMatrix = {
      universe: 'majors',
      timeframe: '1H',
      version: 3,
      supersedes: null,
      windowStart: 1,
      windowEnd: 2,
      window: 100,
      symbols: ['A', 'B'],
      rho: Float64Array.of(1, -0.5, Number.NaN),
      nObs: Int32Array.of(40, 30, 29),
      std: Float64Array.of(0.01, Number.NaN),
      completeness: 'partial',
      missing: ['B'],
      meanAbsRho: 0.5,
      maxAbsRho: 0.9,
      dispersion: Number.NaN,
      strongPairs: [{ a: 'A', b: 'B', rho: 0.9 }],
    };
    expect(JSON.parse(matrixLine(matrix))).toEqual({
      universe: 'majors',
      timeframe: '1H',
      version: 3,
      supersedes: null,
      window_start: 1,
      window_end: 2,
      window: 100,
      symbols: ['A', 'B'],
      rho: [1, -0.5, null],
      n_obs: [40, 30, 29],
      std: [0.01, null],
      completeness: 'partial',
      missing: ['B'],
      metrics: { mean_abs_rho: 0.5, max_abs_rho: 0.9, dispersion: null, strong_pairs: [['A', 'B', 0.9]] },
    });
    expect(matrixLine(matrix)).not.toContain('\n');
  });
});
