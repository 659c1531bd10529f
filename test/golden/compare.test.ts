import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { looseKey, readCase, SHIPPED_CASES } from './case.ts';
import { compareOutputs, inLines } from './compare.ts';
import type { MatrixRow, Outputs, Row } from './outputs.ts';

/** Holds all of tier 1 and every matrix, so that its own outputs are complete. */
const whole = readCase(join(SHIPPED_CASES, 'eurusd_ticks'));
/** Holds a sample of tier 1 and of tier 2, and rows that are refused. */
const sample = readCase(join(SHIPPED_CASES, 'synth_adversarial'));

const differences = (actual: Outputs) => inLines(compareOutputs(whole, actual));

/** The outputs of the whole case, one row of a table changed. */
function withRow<K extends 'clean' | 'tier1'>(table: K, at: number, change: (row: Row) => Row): Outputs {
  return { ...whole.outputs, [table]: whole.outputs[table].with(at, change(whole.outputs[table][at]!)) };
}

function withMatrix(at: number, change: (matrix: MatrixRow) => MatrixRow): Outputs {
  return { ...whole.outputs, tier2: whole.outputs.tier2.with(at, change(whole.outputs.tier2[at]!)) };
}

describe('what agrees', () => {
  test('the outputs themselves, in any order', () => {
    const { clean, tier1, tier2, rejected } = whole.outputs;
    expect(differences({ clean: clean.toReversed(), tier1: tier1.toReversed(), tier2: tier2.toReversed(), rejected })).toEqual([]);
  });

  test('a number within the tolerance of its column', () => {
    expect(differences(withRow('clean', 9, (row) => ({ ...row, close: Number(row.close) * (1 + 0.9e-9) })))).toEqual([]);
  });

  test('a cell that has a tolerance of its own, and any value where that cell is pure noise', () => {
    const [row] = whole.outputs.tier1;
    const where = `${row!.symbol}/${row!.timeframe}/${row!.timestamp_utc}`;
    const changed = withRow('tier1', 0, (cells) => ({ ...cells, ma_12_slope: 5, vol_6: 1e-9 }));
    const given = (tolerances: [column: string, tolerance: number][]) => {
      const loose = new Map(tolerances.map(([column, tolerance]) => [looseKey(where, column), tolerance]));
      return compareOutputs({ ...whole, loose: new Map([...whole.loose, ...loose]) }, changed).map(({ column }) => column);
    };
    expect([row!.ma_12_slope, row!.vol_6]).toEqual([null, null]);
    expect(given([])).toEqual(['vol_6', 'ma_12_slope']);
    expect(given([['ma_12_slope', 10]])).toEqual(['vol_6']);
    expect(given([['vol_6', 1e-8]])).toEqual(['vol_6', 'ma_12_slope']);
  });

  test('a number further off in a cell with a tolerance of its own', () => {
    const [cell, tolerance] = [...whole.loose].find(([key]) => key.endsWith(' ma_12_slope'))!;
    const at = whole.outputs.tier1.findIndex(
      (row) => looseKey(`${row.symbol}/${row.timeframe}/${row.timestamp_utc}`, 'ma_12_slope') === cell,
    );
    const off = (by: number) => differences(withRow('tier1', at, (row) => ({ ...row, ma_12_slope: Number(row.ma_12_slope) + by })));
    expect(off(0.9 * tolerance)).toEqual([]);
    expect(off(10 * tolerance)).toHaveLength(1);
  });

  test('a pair that lies on the threshold, listed or not', () => {
    const onThreshold = withMatrix(40, (matrix) => ({
      ...matrix,
      metrics: { ...matrix.metrics, strong_pairs: [...matrix.metrics.strong_pairs, ['A', 'B', -0.85 - 1e-10]] },
    }));
    expect(differences(onThreshold)).toEqual([]);
  });
});

describe('what differs', () => {
  test.each([
    ['a number beyond the tolerance', 'close', (value: unknown) => Number(value) * (1 + 2e-9)],
    ['a return beyond the finer tolerance of returns', 'log_return_1', (value: unknown) => Number(value) + 2e-15],
    ['a null for a number', 'close', () => null],
    ['a number for a null', 'source_id', () => 3],
    ['a NaN', 'close', () => Number.NaN],
    ['a flag', 'valid_bar', (value: unknown) => !value],
    ['a count', 'tick_count', (value: unknown) => Number(value) + 1],
    ['a text', 'schema_version', () => '1.0.1'],
  ])('%s', (_, column, change) => {
    const at = whole.outputs.clean.findIndex(({ log_return_1 }) => log_return_1 !== null && Math.abs(Number(log_return_1)) < 1e-7);
    const found = compareOutputs(
      whole,
      withRow('clean', at, (row) => ({ ...row, [column]: change(row[column]) })),
    );
    expect(found.map((difference) => difference.column)).toEqual([column]);
  });

  test('a cell of tier 1, named with its row and both values', () => {
    const [first] = whole.outputs.tier1;
    const where = `${first!.symbol}/${first!.timeframe}/${first!.timestamp_utc}`;
    const changed = withRow('tier1', 0, (row) => ({ ...row, ml_ready: true }));
    expect(differences(changed)).toEqual([`tier1.csv: ml_ready at ${where}: expected false, got true`]);
  });

  test('a column that is absent', () => {
    const tier1 = whole.outputs.tier1.map(({ ml_ready: _, ...row }) => row);
    const found = compareOutputs(whole, { ...whole.outputs, tier1 });
    expect(new Set(found.map(({ column }) => column))).toEqual(new Set(['ml_ready']));
  });

  test.each(['clean', 'tier1', 'tier2'] as const)('a row of %s that is missing, and one that comes twice', (table) => {
    const rows = whole.outputs[table];
    expect(differences({ ...whole.outputs, [table]: rows.slice(1) })[0]).toContain('expected "present", got "absent"');
    expect(differences({ ...whole.outputs, [table]: [...rows, rows[0]] })).toHaveLength(1);
    expect(differences({ ...whole.outputs, [table]: [...rows, rows[0]] })[0]).toContain('expected "once", got "repeated"');
  });

  test('a row too many', () => {
    const clean = [...whole.outputs.clean, { ...whole.outputs.clean[0]!, timestamp_utc: 60_000 }];
    expect(differences({ ...whole.outputs, clean })[0]).toContain('expected "absent", got "present"');
  });

  test('any number, list or flag of a matrix', () => {
    const at = whole.outputs.tier2.findIndex(({ std }) => std[0] !== null);
    expect(differences(withMatrix(at, (m) => ({ ...m, std: [m.std[0]! + 2e-15 + 2e-9 * m.std[0]!] })))[0]).toContain('std at');
    expect(differences(withMatrix(at, (m) => ({ ...m, rho: [...m.rho, 1] })))[0]).toContain('rho at');
    expect(differences(withMatrix(at, (m) => ({ ...m, missing: ['GBPUSD'] })))[0]).toContain('missing at');
    expect(differences(withMatrix(at, (m) => ({ ...m, supersedes: 1 })))[0]).toContain('supersedes at');
    expect(differences(withMatrix(at, (m) => ({ ...m, metrics: { ...m.metrics, max_abs_rho: 0.1 } })))[0]).toContain('max_abs_rho at');
    const paired = withMatrix(at, (m) => ({ ...m, metrics: { ...m.metrics, strong_pairs: [['A', 'B', 0.9]] } }));
    expect(differences(paired)[0]).toContain('strong_pairs at');
  });

  test('a wrong count where the case holds a sample only', () => {
    const { tier1 } = sample.outputs;
    const found = compareOutputs(sample, sample.outputs);
    expect(found.filter(({ file }) => file === 'clean.csv' || file === 'rejected.csv')).toEqual([]);
    expect(found.find(({ file }) => file === 'tier1.csv')).toMatchObject({ column: '(rows)', expected: 2648, actual: tier1.length });
    expect(found.find(({ where }) => where === 'usd4/1m')).toMatchObject({ column: '(rows)', expected: 299 });
  });

  test('a refused row that is absent, surplus, repeated or of another reason', () => {
    const { rejected } = sample.outputs;
    const found = (rows: typeof rejected) =>
      inLines(compareOutputs(sample, { ...sample.outputs, rejected: rows }).filter(({ file }) => file === 'rejected.csv'));
    expect(found(rejected.toReversed())).toEqual([]);
    expect(found(rejected.slice(1))).toHaveLength(1);
    expect(found([...rejected, rejected[0]!])).toHaveLength(1);
    expect(found(rejected.with(0, { ...rejected[0]!, reason: 'OTHER' }))).toHaveLength(2);
  });
});
