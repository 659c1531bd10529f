/** What a run over a golden case gave out, in the shape of the case's own files: columns by name, null for an empty cell. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export type Cell = string | number | boolean | null;

/** One row of clean.csv or tier1.csv, or a record of the topic with the same columns. */
export type Row = Readonly<Record<string, Cell>>;

/** One line of tier2.jsonl. */
export interface MatrixRow {
  readonly universe: string;
  readonly timeframe: string;
  readonly version: number;
  readonly supersedes: number | null;
  readonly window_start: number;
  readonly window_end: number;
  readonly window: number;
  readonly symbols: readonly string[];
  readonly rho: readonly (number | null)[];
  readonly n_obs: readonly number[];
  readonly std: readonly (number | null)[];
  readonly completeness: string;
  readonly missing: readonly string[];
  readonly metrics: {
    readonly mean_abs_rho: number | null;
    readonly max_abs_rho: number | null;
    readonly dispersion: number | null;
    readonly strong_pairs: readonly (readonly [a: string, b: string, rho: number])[];
  };
}

/** One row of rejected.csv: `row` is the 1-based data row of the input. */
export interface Rejection {
  readonly row: number;
  readonly reason: string;
  readonly timeframes: readonly string[];
}

/** All outputs of a run, in any order. */
export interface Outputs {
  readonly clean: readonly Row[];
  readonly tier1: readonly Row[];
  readonly tier2: readonly MatrixRow[];
  readonly rejected: readonly Rejection[];
}

const TEXT_COLUMNS: ReadonlySet<string> = new Set(['symbol', 'timeframe', 'source_id', 'schema_version', 'column', 'reason', 'timeframes']);

/** Reads clean.csv, tier1.csv, tier2.jsonl and rejected.csv of a folder; each may stand gzipped under its name + `.gz`. */
export function readOutputs(folder: string): Outputs {
  return {
    clean: readTable(folder, 'clean.csv'),
    tier1: readTable(folder, 'tier1.csv'),
    tier2: readLines(folder, 'tier2.jsonl').map((line) => JSON.parse(line) as MatrixRow),
    rejected: readTable(folder, 'rejected.csv').map(({ row, reason, timeframes }) => ({
      row: Number(row),
      reason: String(reason),
      timeframes: timeframes === null ? [] : String(timeframes).split(';'),
    })),
  };
}

/** The rows of a CSV file of ours: no quoting, null for an empty cell. */
export function readTable(folder: string, name: string): Row[] {
  const [header = '', ...lines] = readLines(folder, name);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, i) => [column, toCell(column, cells[i] ?? '')]));
  });
}

/** The path of a file or of its gzipped form, undefined where there is neither. */
export function findFile(folder: string, name: string): string | undefined {
  return [join(folder, name), join(folder, `${name}.gz`)].find(existsSync);
}

function readLines(folder: string, name: string): string[] {
  const path = findFile(folder, name);
  if (path === undefined) throw new Error(`${name}: not in ${folder}`);
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

function toCell(column: string, text: string): Cell {
  if (text === '') return null;
  if (TEXT_COLUMNS.has(column)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return Number(text);
}
