import { RollingWindow } from './window.ts';

/**
 * Median and median absolute deviation of the last `size` values. The values are kept sorted: a new one costs a binary search and a move of
 * at most `size` doubles within one array, the deviation one walk outwards from the median.
 */
export class RollingMedian extends RollingWindow {
  readonly #sorted: Float64Array;
  #length = 0;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#sorted = new Float64Array(size);
  }

  override push(value: number): void {
    if (this.#length === this.size) this.#remove(this.at(this.size - 1));
    if (this.head === this.size) this.head = 0;
    this.#insert(this.enter(value));
  }

  /** Median of the window, NaN where it is not full. */
  median(): number {
    if (!this.isFull) return Number.NaN;
    const upper = this.size >> 1;
    return this.size % 2 === 1 ? this.#sorted[upper]! : midpoint(this.#sorted[upper - 1]!, this.#sorted[upper]!);
  }

  /** Median of |x - median|, NaN where the window is not full. */
  medianAbsoluteDeviation(): number {
    if (!this.isFull) return Number.NaN;
    const median = this.median();
    const half = this.size >> 1;
    // The deviations grow to both sides of the median: merge the two sides until the middle one or two are met.
    let below = half - 1;
    let above = half;
    let previous = 0;
    let current = 0;
    for (let taken = 0; taken <= half; taken++) {
      previous = current;
      const left = below >= 0 ? median - this.#sorted[below]! : Number.POSITIVE_INFINITY;
      const right = above < this.size ? this.#sorted[above]! - median : Number.POSITIVE_INFINITY;
      if (left < right) {
        current = left;
        below--;
      } else {
        current = right;
        above++;
      }
    }
    return this.size % 2 === 1 ? current : midpoint(previous, current);
  }

  /** The largest |value| of the window, NaN where it is not full. */
  largest(): number {
    return this.isFull ? Math.max(Math.abs(this.#sorted[0]!), Math.abs(this.#sorted[this.size - 1]!)) : Number.NaN;
  }

  #insert(value: number): void {
    const at = this.#indexOf(value);
    this.#sorted.copyWithin(at + 1, at, this.#length);
    this.#sorted[at] = value;
    this.#length++;
  }

  #remove(value: number): void {
    const at = this.#indexOf(Number.isNaN(value) ? 0 : value);
    this.#sorted.copyWithin(at, at + 1, this.#length);
    this.#length--;
  }

  /** The first place whose value is not below the given one. */
  #indexOf(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function midpoint(a: number, b: number): number {
  return (a + b) / 2;
}
