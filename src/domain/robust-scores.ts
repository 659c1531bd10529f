import { RollingMedian } from './rolling-median.ts';
import { clipScore, type TwinColumns, type Twins } from './twin.ts';
import { RELATIVE_ZERO } from './window.ts';

/** Makes the median absolute deviation of normal values their standard deviation. */
const MAD_TO_STD = 1.4826;

/** (x - median) / (1.4826 x median absolute deviation). */
export class RobustScores implements Twins {
  readonly #columns: TwinColumns;
  readonly #windows: readonly RollingMedian[];

  constructor(size: number, count: number, columns: TwinColumns) {
    this.#columns = columns;
    this.#windows = Array.from(columns.from, () => new RollingMedian(size, count));
  }

  next(row: Float64Array): void {
    const { from, to } = this.#columns;
    for (let column = 0; column < from.length; column++) {
      const window = this.#windows[column]!;
      const value = row[from[column]!]!;
      window.push(value);
      const deviation = window.medianAbsoluteDeviation();
      const varies = deviation > RELATIVE_ZERO * window.largest();
      row[to[column]!] = varies ? clipScore((value - window.median()) / (MAD_TO_STD * deviation)) : Number.NaN;
    }
  }
}
