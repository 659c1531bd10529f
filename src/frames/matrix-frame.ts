import type { DataFrame } from 'danfojs-node';
import { triangleIndex } from '../domain/triangle.ts';
import { makeFrame } from './frame.ts';

/** What a square frame is made of: a record of features-tier2, a matrix of a replay, or a parsed line of its tier2.jsonl. */
export interface Triangle {
  readonly symbols: readonly string[];
  /** Upper triangle with the diagonal, row by row; null or NaN where there is no number. */
  readonly rho: ArrayLike<number | null>;
}

/** A correlation matrix as a square, symmetric frame: rows and columns are the symbols, NaN is null. */
export function matrixFrame(matrix: Triangle): DataFrame {
  return squareFrame(matrix.symbols, matrix.rho);
}

/** A triangle of values as a square, symmetric frame. */
export function squareFrame(names: readonly string[], triangle: ArrayLike<number | null>): DataFrame {
  const rows = names.map((_, a) =>
    names.map((_, b) => triangle[triangleIndex(Math.min(a, b), Math.max(a, b), names.length)] ?? Number.NaN),
  );
  return makeFrame(
    names.map((name) => ({ name, kind: 'number' })),
    rows,
    names,
  );
}
