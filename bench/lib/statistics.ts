import type { Cell, Row } from './result.ts';

/** The value that `q` (0 to 1) of the values do not exceed, by nearest rank: always one of them. NaN where there is none. */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  );
}

/** The same of values in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

/** The middle value, the mean of the two middle ones where their number is even. NaN where there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * One row for several runs of the same variant: of numbers the median of those that were measured, null where none was; true only where all
 * are true; a text only where all are the same, else null. Throws where there is no run.
 */
export function medianRow(runs: readonly Row[]): Row {
  const first = runs[0];
  if (first === undefined) throw new Error('no run to take a median of');
  return Object.fromEntries(Object.keys(first).map((key) => [key, medianCell(runs.map((run) => run[key] ?? null))]));
}

function medianCell(cells: readonly Cell[]): Cell {
  const numbers = cells.filter((cell) => typeof cell === 'number');
  if (numbers.length > 0) return median(numbers);
  if (cells.every((cell) => typeof cell === 'boolean')) return cells.every(Boolean);
  return cells.every((cell) => cell === cells[0]) ? cells[0]! : null;
}

/** Rounded to `digits` after the point, for figures that mean no more. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
