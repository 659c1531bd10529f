/**
 * Sliding windows over the last `size` values, O(1) a value whatever the size, and without subtraction: time is cut into blocks of `size`
 * values, and the window is always the tail of the last block plus the head of the current one. Tails are summed once a block, from the
 * back; the head grows by one value at a time. A value that has left the window is in neither, so a spike leaves nothing behind.
 *
 * It follows that a window is a function of its last `size` values and of the number of values ever pushed: after a restart, pushing the
 * last `size` values into a window that begins at the right count gives the same bits.
 *
 * A null (NaN) inside the window makes its results null, as a rolling window of pandas with min_periods = size does.
 */
import { centred, DD_WIDTH, ddAdd, ddAddPair, ddAddProduct, ddReset, ddValue, productError } from './double-double.ts';

/** Zero rule of spec section 3: a std of log returns at or below this counts as 0. */
export const STD_ZERO = 1e-12;

/** Zero rule of spec section 3: a std_60 or MAD at or below this fraction of the largest |x| of its window counts as 0. */
export const RELATIVE_ZERO = 1e-12;

/** The last `size` values of a series, and where a block begins. Subclasses say what is kept of them. */
export abstract class RollingWindow {
  readonly size: number;
  /** Values ever pushed, nulls included. */
  count: number;
  protected readonly values: Float64Array;
  /** Values in the current block: 1 … size after a push. */
  protected head: number;
  /** The count before which no window is whole: one past the last null, or the start. */
  #wholeSince: number;
  readonly #firstCount: number;

  /** An empty window; `count` values are taken to have been pushed before its first (see `restore` of the series that own windows). */
  constructor(size: number, count = 0) {
    this.size = size;
    this.count = count;
    this.values = new Float64Array(size);
    this.head = count % size;
    this.#wholeSince = count;
    this.#firstCount = count;
  }

  /** True where the window holds `size` values and no null. */
  get isFull(): boolean {
    return this.count - this.#wholeSince >= this.size;
  }

  /** Adds the newest value; the oldest leaves. NaN is null. */
  push(value: number): void {
    if (this.head === this.size) {
      this.sumTails();
      this.head = 0;
    }
    this.count++;
    if (Number.isNaN(value)) this.#wholeSince = this.count;
    this.values[this.head++] = value;
    this.grow(orZero(value));
  }

  /** The value pushed `ago` values before the newest (0 is the newest, ago < size); NaN where it was null, undefined before the first. */
  at(ago: number): number {
    const i = this.head - 1 - ago;
    return this.values[i < 0 ? i + this.size : i]!;
  }

  /** The last values, oldest first, at most `size` of them, nulls as NaN: what a snapshot of a small window holds. */
  toArray(): number[] {
    const length = Math.min(this.count - this.#firstCount, this.size);
    return Array.from({ length }, (_, i) => this.at(length - 1 - i));
  }

  /** A block has ended: sum its tails from the back, and start a new head. */
  protected abstract sumTails(): void;

  /** The newest value joins the head. */
  protected abstract grow(value: number): void;
}

/** Sum and mean, in double-double arithmetic. */
export class RollingSum extends RollingWindow {
  readonly #tails: Float64Array;
  readonly #headSum = new Float64Array(DD_WIDTH);
  readonly #total = new Float64Array(DD_WIDTH);

  constructor(size: number, count = 0) {
    super(size, count);
    this.#tails = new Float64Array(size * DD_WIDTH);
  }

  /** Sum of the window, NaN where it is not full. */
  sum(): number {
    if (!this.isFull) return Number.NaN;
    combine(this.#total, this.#headSum, this.#tails, this.head, this.size);
    return ddValue(this.#total, 0);
  }

  /** Mean of the window, NaN where it is not full. */
  mean(): number {
    return this.sum() / this.size;
  }

  protected override sumTails(): void {
    sumTails(this.#tails, this.values, false);
    ddReset(this.#headSum, 0);
  }

  protected override grow(value: number): void {
    ddAdd(this.#headSum, 0, value);
  }
}

/** Sum, mean, sample standard deviation and largest magnitude, in double-double arithmetic. */
export class RollingMoments extends RollingWindow {
  readonly #tails: Float64Array;
  readonly #squareTails: Float64Array;
  readonly #largestTails: Float64Array;
  readonly #headSum = new Float64Array(DD_WIDTH);
  readonly #headSquares = new Float64Array(DD_WIDTH);
  readonly #total = new Float64Array(DD_WIDTH);
  readonly #totalSquares = new Float64Array(DD_WIDTH);
  #headLargest = 0;
  /** The count that #total and #totalSquares belong to. */
  #combinedAt = -1;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#tails = new Float64Array(size * DD_WIDTH);
    this.#squareTails = new Float64Array(size * DD_WIDTH);
    this.#largestTails = new Float64Array(size);
  }

  /** Sum of the window, NaN where it is not full. */
  sum(): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    return ddValue(this.#total, 0);
  }

  /** Sample standard deviation (ddof 1) of the window, NaN where it is not full. */
  std(): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    const sum = this.#total[0]!;
    const sumLow = this.#total[1]!;
    const squares = centred(this.#totalSquares[0]!, this.#totalSquares[1]!, sum, sumLow, sum, sumLow, this.size);
    return squares > 0 ? Math.sqrt(squares / (this.size - 1)) : 0;
  }

  /** `value` less the mean of the window, without the rounding of a mean in between; NaN where the window is not full. */
  deviation(value: number): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    const sum = this.#total[0]!;
    const mean = sum / this.size;
    const whole = mean * this.size;
    return value - mean - (sum - whole - productError(mean, this.size, whole) + this.#total[1]!) / this.size;
  }

  /** The largest |value| of the window, NaN where it is not full. */
  largest(): number {
    if (!this.isFull) return Number.NaN;
    return this.head === this.size ? this.#headLargest : Math.max(this.#headLargest, this.#largestTails[this.head]!);
  }

  protected override sumTails(): void {
    sumTails(this.#tails, this.values, false);
    sumTails(this.#squareTails, this.values, true);
    let largest = 0;
    for (let i = this.size - 1; i > 0; i--) {
      largest = Math.max(largest, Math.abs(orZero(this.values[i]!)));
      this.#largestTails[i] = largest;
    }
    ddReset(this.#headSum, 0);
    ddReset(this.#headSquares, 0);
    this.#headLargest = 0;
  }

  protected override grow(value: number): void {
    ddAdd(this.#headSum, 0, value);
    ddAddProduct(this.#headSquares, 0, value, value);
    this.#headLargest = Math.max(this.#headLargest, Math.abs(value));
  }

  #combine(): void {
    if (this.#combinedAt === this.count) return;
    this.#combinedAt = this.count;
    combine(this.#total, this.#headSum, this.#tails, this.head, this.size);
    combine(this.#totalSquares, this.#headSquares, this.#squareTails, this.head, this.size);
  }
}

/** The largest value of the window; the smallest is that of the negated values. */
export class RollingMax extends RollingWindow {
  readonly #tails: Float64Array;
  #head = Number.NEGATIVE_INFINITY;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#tails = new Float64Array(size);
  }

  /** The largest value, NaN where the window is not full. */
  max(): number {
    if (!this.isFull) return Number.NaN;
    return this.head === this.size ? this.#head : Math.max(this.#head, this.#tails[this.head]!);
  }

  protected override sumTails(): void {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = this.size - 1; i > 0; i--) {
      largest = Math.max(largest, orZero(this.values[i]!));
      this.#tails[i] = largest;
    }
    this.#head = Number.NEGATIVE_INFINITY;
  }

  protected override grow(value: number): void {
    this.#head = Math.max(this.#head, value);
  }
}

/** A window with a null has no result, so what stands in for the null only must not spoil the sums. */
function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** tails[i] = sum of values[i …], or of their squares, as double-doubles. */
function sumTails(tails: Float64Array, values: Float64Array, squares: boolean): void {
  const last = values.length - 1;
  ddReset(tails, last * DD_WIDTH);
  for (let i = last; i > 0; i--) {
    const at = i * DD_WIDTH;
    if (i < last) tails.copyWithin(at, at + DD_WIDTH, at + 2 * DD_WIDTH);
    const value = orZero(values[i]!);
    if (squares) ddAddProduct(tails, at, value, value);
    else ddAdd(tails, at, value);
  }
}

/** total = head + the tail that is still in the window. */
function combine(total: Float64Array, head: Float64Array, tails: Float64Array, headLength: number, size: number): void {
  total[0] = head[0]!;
  total[1] = head[1]!;
  if (headLength < size) ddAddPair(total, 0, tails[headLength * DD_WIDTH]!, tails[headLength * DD_WIDTH + 1]!);
}
