/** The rules by which outputs agree with a golden case. */
import { type GoldenCase, looseKey } from './case.ts';
import type { Cell, MatrixRow, Outputs, Rejection, Row } from './outputs.ts';

/** One cell, row or count that is not as the case has it. */
export interface Difference {
  readonly file: string;
  /** The column, or what is wrong with a row as a whole in brackets. */
  readonly column: string;
  readonly where: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** A number agrees within this part of the expected one … */
const RELATIVE = 1e-9;
/** … or this far from it … */
const ABSOLUTE = 1e-12;
/** … or, in the columns below, only this far. */
const FINE_ABSOLUTE = 1e-15;
const FINE_COLUMNS: ReadonlySet<string> = new Set([
  'log_return_1',
  'rolling_return_3',
  'rolling_return_6',
  'rolling_return_12',
  'vol_6',
  'vol_12',
  'vol_24',
  'atr_normalized',
  'std',
]);
/** A cell with this tolerance is pure noise: any value or null is right. */
const NOISE = 10;
/** A pair is strong above this |rho|; one that lies on it may be listed or not. */
const STRONG = 0.85;

const KEY_COLUMNS: ReadonlySet<string> = new Set(['symbol', 'timeframe', 'timestamp_utc']);
const MATRIX_FIELDS = [
  'supersedes',
  'window_start',
  'window_end',
  'window',
  'symbols',
  'rho',
  'n_obs',
  'std',
  'completeness',
  'missing',
] as const;
const METRIC_FIELDS = ['mean_abs_rho', 'max_abs_rho', 'dispersion'] as const;

/** Everything in which `actual`, the complete outputs of a run, differs from the case; empty where they agree. Order never matters. */
export function compareOutputs(golden: GoldenCase, actual: Outputs): Difference[] {
  const { outputs, config, loose } = golden;
  const tier1Count = config.tier1_symbols === null ? null : config.expected_counts.tier1;
  return [
    ...compareRows('clean.csv', outputs.clean, actual.clean, new Map(), null),
    ...compareRows('tier1.csv', outputs.tier1, actual.tier1, loose, tier1Count),
    ...compareMatrices(outputs.tier2, actual.tier2, config.expected_counts.tier2),
    ...compareRejections(outputs.rejected, actual.rejected),
  ];
}

/** The first differences, a line each, for the message of a failed test. */
export function inLines(differences: readonly Difference[], atMost = 8): string[] {
  const shown = differences
    .slice(0, atMost)
    .map(
      ({ file, column, where, expected, actual }) =>
        `${file}: ${column} at ${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`,
    );
  const hidden = differences.length - shown.length;
  return hidden === 0 ? shown : [...shown, `and ${hidden} more`];
}

/** `count` null: `expected` is complete; else it is a sample, and further actual rows are only counted. */
function compareRows(
  file: string,
  expected: readonly Row[],
  actual: readonly Row[],
  loose: ReadonlyMap<string, number>,
  count: number | null,
): Difference[] {
  const keyOf = (row: Row): string => `${row.symbol}/${row.timeframe}/${row.timestamp_utc}`;
  const { byKey, differences } = index(file, actual, keyOf);
  const expectedKeys = new Set<string>();
  for (const row of expected) {
    const where = keyOf(row);
    expectedKeys.add(where);
    const other = byKey.get(where);
    if (other === undefined) {
      differences.push({ file, column: '(row)', where, expected: 'present', actual: 'absent' });
      continue;
    }
    for (const [column, value] of Object.entries(row)) {
      if (KEY_COLUMNS.has(column)) continue;
      if (!agree(column, value, other[column], loose.get(looseKey(where, column)) ?? 0))
        differences.push({ file, column, where, expected: value, actual: other[column] });
    }
  }
  if (count === null) differences.push(...surplus(file, byKey.keys(), expectedKeys));
  else if (byKey.size !== count) differences.push({ file, column: '(rows)', where: 'all', expected: count, actual: byKey.size });
  return differences;
}

function compareMatrices(
  expected: readonly MatrixRow[],
  actual: readonly MatrixRow[],
  counts: Readonly<Record<string, number>>,
): Difference[] {
  const file = 'tier2.jsonl';
  const { byKey, differences } = index(file, actual, ({ universe, timeframe, version }) => `${universe}/${timeframe}/v${version}`);
  for (const matrix of expected) {
    const where = `${matrix.universe}/${matrix.timeframe}/v${matrix.version}`;
    const other = byKey.get(where);
    if (other === undefined) {
      differences.push({ file, column: '(row)', where, expected: 'present', actual: 'absent' });
      continue;
    }
    for (const field of MATRIX_FIELDS) differences.push(...compareValues(file, field, where, matrix[field], other[field]));
    for (const field of METRIC_FIELDS) differences.push(...compareValues(file, field, where, matrix.metrics[field], other.metrics[field]));
    differences.push(...comparePairs(file, where, matrix.metrics.strong_pairs, other.metrics.strong_pairs));
  }
  const streams = Map.groupBy(byKey.values(), ({ universe, timeframe }) => `${universe}/${timeframe}`);
  for (const stream of new Set([...streams.keys(), ...Object.keys(counts)])) {
    const has = streams.get(stream)?.length ?? 0;
    const wanted = counts[stream] ?? 0;
    if (has !== wanted) differences.push({ file, column: '(rows)', where: stream, expected: wanted, actual: has });
  }
  return differences;
}

function comparePairs(
  file: string,
  where: string,
  expected: MatrixRow['metrics']['strong_pairs'],
  actual: MatrixRow['metrics']['strong_pairs'],
): Difference[] {
  const byPair = (pairs: typeof expected) => new Map(pairs.map(([a, b, rho]) => [`${a}-${b}`, rho]));
  const [wanted, has] = [byPair(expected), byPair(actual)];
  return [...new Set([...wanted.keys(), ...has.keys()])].flatMap((pair) => {
    const [e, a] = [wanted.get(pair), has.get(pair)];
    const isOnThreshold = (e === undefined) !== (a === undefined) && Math.abs(Math.abs((e ?? a)!) - STRONG) <= RELATIVE;
    return isOnThreshold ? [] : compareValues(file, 'strong_pairs', `${where} ${pair}`, e ?? null, a ?? null);
  });
}

function compareRejections(expected: readonly Rejection[], actual: readonly Rejection[]): Difference[] {
  const file = 'rejected.csv';
  const keyOf = ({ row, reason, timeframes }: Rejection): string => `row ${row} ${reason} ${[...timeframes].sort().join(';')}`.trimEnd();
  const { byKey, differences } = index(file, actual, keyOf);
  const keys = new Set(expected.map(keyOf));
  for (const where of keys)
    if (!byKey.has(where)) differences.push({ file, column: '(row)', where, expected: 'present', actual: 'absent' });
  return [...differences, ...surplus(file, byKey.keys(), keys)];
}

/** Rows by key; a key that comes twice is a difference. */
function index<T>(file: string, rows: readonly T[], keyOf: (row: T) => string): { byKey: Map<string, T>; differences: Difference[] } {
  const byKey = new Map<string, T>();
  const differences: Difference[] = [];
  for (const row of rows) {
    const where = keyOf(row);
    if (byKey.has(where)) differences.push({ file, column: '(row)', where, expected: 'once', actual: 'repeated' });
    byKey.set(where, row);
  }
  return { byKey, differences };
}

function surplus(file: string, actual: Iterable<string>, expected: ReadonlySet<string>): Difference[] {
  return [...actual]
    .filter((where) => !expected.has(where))
    .map((where) => ({ file, column: '(row)', where, expected: 'absent', actual: 'present' }));
}

type Value = Cell | readonly Cell[];

function compareValues(file: string, column: string, where: string, expected: Value, actual: Value | undefined): Difference[] {
  if (!Array.isArray(expected)) return agree(column, expected as Cell, actual) ? [] : [{ file, column, where, expected, actual }];
  if (!Array.isArray(actual) || actual.length !== expected.length) return [{ file, column, where, expected, actual }];
  return expected.flatMap((value: Cell, i) => compareValues(file, column, `${where}[${i}]`, value, actual[i]));
}

function agree(column: string, expected: Cell, actual: unknown, tolerance = 0): boolean {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const absolute = Math.max(FINE_COLUMNS.has(column) ? FINE_ABSOLUTE : ABSOLUTE, tolerance);
    return Math.abs(expected - actual) <= Math.max(RELATIVE * Math.abs(expected), absolute);
  }
  if (tolerance >= NOISE && (expected === null) !== (actual === null)) return true;
  return expected === actual;
}
