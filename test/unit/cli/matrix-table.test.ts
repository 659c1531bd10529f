import { describe, expect, it } from 'vitest';
import { renderMatrix } from '../../../src/cli/matrix-table.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';

const NULL = Number.NaN;

function matrix(change: Partial<CorrelationMatrix> = {}): CorrelationMatrix {
  return {
    universe: 'majors',
    timeframe: '1H',
    version: 7,
    supersedes: null,
    windowStart: Date.UTC(2026, 0, 5, 1),
    windowEnd: Date.UTC(2026, 0, 5, 9),
    window: 100,
    symbols: ['EURGBP', 'EURUSD', 'GBPUSD'],
    rho: Float64Array.of(1, 0.912345, NULL, 1, -0.5, 1),
    nObs: Int32Array.of(90, 80, 20, 90, 70, 90),
    std: Float64Array.of(1e-4, 1e-4, 1e-4),
    completeness: 'complete',
    missing: [],
    meanAbsRho: 0.70617,
    maxAbsRho: 0.912345,
    dispersion: 0.9987,
    strongPairs: [{ a: 'EURGBP', b: 'EURUSD', rho: 0.912345 }],
    ...change,
  };
}

describe('a matrix on a terminal', () => {
  it('is the lower triangle with its strongest pairs; a null is a dot', () => {
    expect(renderMatrix(matrix(), { color: false, width: 80 })).toBe(
      [
        'majors/1H version 7: 2026-01-05T01:00Z to 2026-01-05T09:00Z, complete',
        '',
        '       URGBP URUSD',
        'EURUSD  0.91',
        'GBPUSD     · -0.50',
        '',
        'strongest pairs',
        '  EURGBP EURUSD      0.9123  80 returns',
        '  EURUSD GBPUSD     -0.5000  70 returns',
        '',
        'mean |rho| 0.7062, max |rho| 0.9123, dispersion 0.9987, 1 pairs above 0.85',
      ].join('\n'),
    );
  });

  it('leaves out of its headings what all symbols begin with', () => {
    const drawn = renderMatrix(matrix({ symbols: ['EURGBP', 'EURUSD', 'EURZAR'] }), { color: false, width: 80 });
    expect(drawn.split('\n')[2]).toBe('         GBP   USD');
  });

  it('says what it corrects and whom it lacks', () => {
    const [header] = renderMatrix(matrix({ supersedes: 5, completeness: 'partial', missing: ['GBPUSD'] }), {
      color: false,
      width: 80,
    }).split('\n');
    expect(header).toBe('majors/1H version 7, corrects version 5: 2026-01-05T01:00Z to 2026-01-05T09:00Z, partial (without GBPUSD)');
  });

  it('cuts columns that do not fit, and says so', () => {
    const lines = renderMatrix(matrix(), { color: false, width: 12 }).split('\n');
    expect(lines).toContain('1 more columns do not fit: --json has them all');
  });

  it('has a word for the time before any pair has enough returns', () => {
    const young = matrix({ rho: new Float64Array(6).fill(NULL), meanAbsRho: NULL, maxAbsRho: NULL, dispersion: NULL, strongPairs: [] });
    const drawn = renderMatrix(young, { color: false, width: 80 });
    expect(drawn).toContain('no pair has enough shared returns yet');
    expect(drawn).toContain('mean |rho| unknown');
  });

  it('has colours only where they are wanted', () => {
    expect(renderMatrix(matrix(), { color: true, width: 80 })).toContain('\x1b[');
    expect(renderMatrix(matrix(), { color: false, width: 80 })).not.toContain('\x1b[');
  });
});
