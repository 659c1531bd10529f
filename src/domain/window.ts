/**
 * Sliding windows over the last `size` values, O(1) a value whatever the size, and without subtraction: time is cut into blocks of `size`
 * values, and the window is always the tail of the last block plus the head of the current one. Tails are summed once a block, from the
 * back; the head grows by one value at a time. A value that has left the window is in neither, so a spike leaves nothing behind.
 *
 * It follows that a window is a function of its last `size` values and of the number of values ever pushed: after a restart, pushing the
 * last `size` values into a window that begins at the right count gives the same bits.
 *
 * A null (NaN) inside the window makes its results null, as a rolling window of pandas with min_periods = size does.
 *
 * Sums lie in one array, a place for each number of values the head can hold: place 0 is the head itself, place i the tail that is still in
 * the window when the head holds i values, and the last place, of a window that is all head, stays zero. `push` is written out in every
 * class: a call that is not inlined would put its doubles on the heap.
 */
import { centredSquares, DD_WIDTH, ddAdd, multipleError, squareError, sumError } from './double-double.ts';

/** Zero rule of spec section 3: a std of log returns at or below this counts as 0. */
export const STD_ZERO = 1e-12;

/** Zero rule of spec section 3: a std_60 or MAD at or below this fraction of the largest |x| of its window counts as 0. */
export const RELATIVE_ZERO = 1e-12;

/** The last `size` values of a series, and where a block begins. Subclasses say what else is kept of them. */
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
  abstract push(value: number): void;

  /** The value pushed `ago` values before the newest (0 is the newest, ago < size); NaN where it was null, undefined before the first. */
  at(ago: number): number {
    const i = this.head - 1 - ago;
    return this.values[i < 0 ? i + this.size : i]!;
  }

  /** The last values, oldest first, at most `size` of them, nulls as NaN: what a snapshot of a small window holds. */
  toArray(): number[] {
    const length = Math.min(this.count - this.#firstCount, this.size);
    const values = new Array<number>(length);
    for (let i = 0; i < length; i++) values[i] = this.at(length - 1 - i);
    return values;
  }

  /**
   * Keeps the newest value and gives back what it adds to a sum. A window with a null has no result: what stands in for the null, 0, only
   * must not spoil the sums. Where the head is full, the subclass begins a new block first.
   */
  protected enter(value: number): number {
    this.count++;
    this.values[this.head++] = value;
    if (!Number.isNaN(value)) return value;
    this.#wholeSince = this.count;
    return 0;
  }
}

/** The values alone. */
export class RollingValues extends RollingWindow {
  override push(value: number): void {
    if (this.head === this.size) this.head = 0;
    this.enter(value);
  }

  /** The newest value less the oldest, NaN where the window is not full. */
  change(): number {
    return this.isFull ? this.at(0) - this.at(this.size - 1) : Number.NaN;
  }
}

/** Sum and mean, in double-double arithmetic. */
export class RollingSum extends RollingWindow {
  readonly #sums: Float64Array;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#sums = new Float64Array((size + 1) * DD_WIDTH);
  }

  override push(value: number): void {
    if (this.head === this.size) this.#sumTails();
    ddAdd(this.#sums, 0, this.enter(value));
  }

  /** Sum of the window, NaN where it is not full. */
  sum(): number {
    if (!this.isFull) return Number.NaN;
    const sums = this.#sums;
    const at = this.head * DD_WIDTH;
    const sum = sums[0]! + sums[at]!;
    return sum + (sums[1]! + (sumError(sums[0]!, sums[at]!, sum) + sums[at + 1]!));
  }

  /** Mean of the window, NaN where it is not full. */
  mean(): number {
    return this.sum() / this.size;
  }

  /** A block has ended: sums its tails from the back, and starts a new head. */
  #sumTails(): void {
    sumTails(this.#sums, this.values);
    this.head = 0;
  }
}

/** Sum and sample standard deviation, in double-double arithmetic. */
export class RollingMoments extends RollingWindow {
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  /** The sums over the whole window, high and low part, and the count they belong to. */
  readonly #total = new Float64Array(DD_WIDTH);
  #totalAt = -1;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#sums = new Float64Array((size + 1) * DD_WIDTH);
    this.#squares = new Float64Array((size + 1) * DD_WIDTH);
  }

  override push(value: number): void {
    if (this.head === this.size) this.#sumTails();
    const entered = this.enter(value);
    ddAdd(this.#sums, 0, entered);
    addSquare(this.#squares, 0, entered);
  }

  /** Sum of the window, NaN where it is not full. */
  sum(): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    return this.#total[0]!;
  }

  /** Sample standard deviation (ddof 1) of the window, NaN where it is not full. */
  std(): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    const squares = this.#squares;
    const at = this.head * DD_WIDTH;
    const high = squares[0]! + squares[at]!;
    const low = squares[1]! + (sumError(squares[0]!, squares[at]!, high) + squares[at + 1]!);
    const total = high + low;
    const moment = centredSquares(total, low - (total - high), this.#total[0]!, this.#total[1]!, this.size);
    return moment > 0 ? Math.sqrt(moment / (this.size - 1)) : 0;
  }

  /** `value` less the mean of the window, without the rounding of a mean in between; NaN where the window is not full. */
  deviation(value: number): number {
    if (!this.isFull) return Number.NaN;
    this.#combine();
    const { size } = this;
    const sum = this.#total[0]!;
    const mean = sum / size;
    const whole = mean * size;
    return value - mean - (sum - whole - multipleError(mean, size, whole) + this.#total[1]!) / size;
  }

  #combine(): void {
    if (this.#totalAt === this.count) return;
    this.#totalAt = this.count;
    const sums = this.#sums;
    const at = this.head * DD_WIDTH;
    const high = sums[0]! + sums[at]!;
    const low = sums[1]! + (sumError(sums[0]!, sums[at]!, high) + sums[at + 1]!);
    const total = high + low;
    this.#total[0] = total;
    this.#total[1] = low - (total - high);
  }

  #sumTails(): void {
    sumTails(this.#sums, this.values);
    sumSquareTails(this.#squares, this.values);
    this.head = 0;
  }
}

/** The largest value of the window; the smallest is that of the negated values. */
export class RollingMax extends RollingWindow {
  readonly #tails: Float64Array;
  #largestOfHead = Number.NEGATIVE_INFINITY;

  constructor(size: number, count = 0) {
    super(size, count);
    this.#tails = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
  }

  override push(value: number): void {
    if (this.head === this.size) this.#findTails();
    this.#largestOfHead = Math.max(this.#largestOfHead, this.enter(value));
  }

  /** The largest value, NaN where the window is not full. */
  max(): number {
    return this.isFull ? Math.max(this.#largestOfHead, this.#tails[this.head]!) : Number.NaN;
  }

  #findTails(): void {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = this.size - 1; i > 0; i--) {
      largest = Math.max(largest, orZero(this.values[i]!));
      this.#tails[i] = largest;
    }
    this.#largestOfHead = Number.NEGATIVE_INFINITY;
    this.head = 0;
  }
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** Adds value^2, exactly, to the sum at `at`. */
function addSquare(sums: Float64Array, at: number, value: number): void {
  const square = value * value;
  const before = sums[at]!;
  const sum = before + square;
  const low = sums[at + 1]! + (sumError(before, square, sum) + squareError(value, square));
  const high = sum + low;
  sums[at] = high;
  sums[at + 1] = low - (high - sum);
}

/** Puts the sum of values[i …] into place i, and zero into the head. */
function sumTails(sums: Float64Array, values: Float64Array): void {
  for (let i = values.length - 1; i > 0; i--) {
    const at = i * DD_WIDTH;
    sums[at] = sums[at + 2]!;
    sums[at + 1] = sums[at + 3]!;
    ddAdd(sums, at, orZero(values[i]!));
  }
  sums[0] = 0;
  sums[1] = 0;
}

/** As `sumTails`, of squares. */
function sumSquareTails(sums: Float64Array, values: Float64Array): void {
  for (let i = values.length - 1; i > 0; i--) {
    const at = i * DD_WIDTH;
    sums[at] = sums[at + 2]!;
    sums[at + 1] = sums[at + 3]!;
    addSquare(sums, at, orZero(values[i]!));
  }
  sums[0] = 0;
  sums[1] = 0;
}
