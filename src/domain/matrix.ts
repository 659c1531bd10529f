import type { Timeframe } from './timeframe.ts';

/** A pair of symbols whose |rho| is above the threshold of the spec, 0.85. */
export interface StrongPair {
  readonly a: string;
  readonly b: string;
  readonly rho: number;
}

/** `complete`: every symbol had delivered T or later. `partial`: `missing` lists those that had not. */
export type Completeness = 'complete' | 'partial';

/** One versioned correlation matrix: spec section 5. Null numbers are NaN here and null on the wire. */
export interface CorrelationMatrix {
  readonly universe: string;
  readonly timeframe: Timeframe;
  /** 1, 2, 3 … per universe and timeframe. */
  readonly version: number;
  /** The version this one corrects, or null. */
  readonly supersedes: number | null;
  /** First and last T of the window, UTC epoch ms (slot ENDs). */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Timestamps a full window holds. */
  readonly window: number;
  readonly symbols: readonly string[];
  /** Upper triangle with the diagonal, row by row: n(n + 1) / 2 values. */
  readonly rho: Float64Array;
  /** Shared returns of each pair, laid out like rho. */
  readonly nObs: Int32Array;
  /** Standard deviation of each symbol's own returns in the window, one a symbol. */
  readonly std: Float64Array;
  readonly completeness: Completeness;
  /** Symbols that had delivered neither T nor later, sorted. */
  readonly missing: readonly string[];
  /** Over the non-null off-diagonal pairs. */
  readonly meanAbsRho: number;
  readonly maxAbsRho: number;
  /** Sample standard deviation of rho, NaN below two pairs. */
  readonly dispersion: number;
  readonly strongPairs: readonly StrongPair[];
}
