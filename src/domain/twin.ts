/** A twin is clipped to this many deviations either side. */
const CLIP = 5;

/** Where in a row the features stand, and where their twins go: one place each in both. */
export interface TwinColumns {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** The normalised twins of a series' features: where the newest value of each stands among its last ones (spec section 4). */
export interface Twins {
  /** Takes the newest value of every feature (NaN is null) from the row and writes its twin: NaN while its window is not full or does not vary. */
  next(row: Float64Array): void;
}

/** A score as it is given out: no further than 5 deviations off. */
export function clipScore(value: number): number {
  return Math.max(-CLIP, Math.min(CLIP, value));
}
