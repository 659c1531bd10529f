import type { Machine } from './machine.ts';

/** A figure or a name; null where it could not be measured. */
export type Cell = string | number | boolean | null;

/** One line of a table. Keys are snake_case and end in the unit (`cpu_s`, `ticks_per_s`); all rows of a table have the same. */
export type Row = Readonly<Record<string, Cell>>;

/** What a benchmark found. */
export interface BenchResult {
  /** One row a variant: what it is first, then the medians over its runs. */
  readonly rows: readonly Row[];
  /** Every single run, for who wants to see the spread; empty where the rows are the runs. */
  readonly runs: readonly Row[];
  /** What the benchmark was asked for, as far as it shapes the figures. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whatever else belongs into the JSON line, by name; does not appear in the table. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Sentences for people beneath the table. */
  readonly notes?: readonly string[];
  /** What was wrong with what the benchmark looked at (a count, a gap): a benchmark that has some fails. */
  readonly problems?: readonly string[];
}

/** The one JSON line of a benchmark. */
export function jsonLine(bench: string, machine: Machine, result: BenchResult): string {
  const { rows, runs, settings, extra = {}, problems = [] } = result;
  return JSON.stringify({ bench, machine, settings, rows, runs, ...extra, problems });
}
