import { centredSquares, multipleError, squareError, sumError } from './double-double.ts';
import { clipScore, type TwinColumns, type Twins } from './twin.ts';
import { RELATIVE_ZERO } from './window.ts';

/** Numbers kept for each column and place: the double-double sums of x and of x^2, and the largest |x|. */
const SUM = 0;
const SUM_LOW = 1;
const SQUARES = 2;
const SQUARES_LOW = 3;
const LARGEST = 4;
const WIDTH = 5;

/**
 * (x - mean) / std of several features at once, each over its own last values. The windows are those of window.ts, laid side by side: they
 * are of one size and move together, so one loop over the features does what would be a hundred calls a bar.
 */
export class ZScores implements Twins {
  readonly #size: number;
  readonly #columns: TwinColumns;
  /** Values pushed so far. */
  #count: number;
  /** Values in the current block, 1 … size after `next`. */
  #head: number;
  /** The count before which a column's window is not whole: one past its last null, or the start. */
  readonly #wholeSince: Float64Array;
  /** The last values, value by value, 0 for null. */
  readonly #values: Float64Array;
  /** Place by place as in window.ts, and in each place column by column. */
  readonly #sums: Float64Array;

  constructor(size: number, count: number, columns: TwinColumns) {
    const width = columns.from.length;
    this.#size = size;
    this.#columns = columns;
    this.#count = count;
    this.#head = count % size;
    this.#wholeSince = new Float64Array(width).fill(count);
    this.#values = new Float64Array(size * width);
    this.#sums = new Float64Array((size + 1) * width * WIDTH);
  }

  next(row: Float64Array): void {
    const size = this.#size;
    if (this.#head === size) this.#sumTails();
    const values = this.#values;
    const sums = this.#sums;
    const wholeSince = this.#wholeSince;
    const { from, to } = this.#columns;
    const width = from.length;
    let valueAt = this.#head * width;
    const count = ++this.#count;
    let tail = ++this.#head * width * WIDTH;
    let at = 0;
    for (let column = 0; column < width; column++, valueAt++, at += WIDTH, tail += WIDTH) {
      const given = row[from[column]!]!;
      const isNull = Number.isNaN(given);
      const value = isNull ? 0 : given;
      if (isNull) wholeSince[column] = count;
      values[valueAt] = value;

      const headSum = sums[at + SUM]!;
      let high = headSum + value;
      let low = sums[at + SUM_LOW]! + sumError(headSum, value, high);
      const newSum = high + low;
      const newSumLow = low - (newSum - high);
      sums[at + SUM] = newSum;
      sums[at + SUM_LOW] = newSumLow;

      const square = value * value;
      const headSquares = sums[at + SQUARES]!;
      high = headSquares + square;
      low = sums[at + SQUARES_LOW]! + (sumError(headSquares, square, high) + squareError(value, square));
      const newSquares = high + low;
      const newSquaresLow = low - (newSquares - high);
      sums[at + SQUARES] = newSquares;
      sums[at + SQUARES_LOW] = newSquaresLow;

      const newLargest = Math.max(sums[at + LARGEST]!, Math.abs(value));
      sums[at + LARGEST] = newLargest;
      if (count - wholeSince[column]! < size) {
        row[to[column]!] = Number.NaN;
        continue;
      }

      // The window: the head and the tail that is still in it.
      const tailSum = sums[tail + SUM]!;
      high = newSum + tailSum;
      low = newSumLow + (sumError(newSum, tailSum, high) + sums[tail + SUM_LOW]!);
      const sum = high + low;
      const sumLow = low - (sum - high);
      const tailSquares = sums[tail + SQUARES]!;
      high = newSquares + tailSquares;
      low = newSquaresLow + (sumError(newSquares, tailSquares, high) + sums[tail + SQUARES_LOW]!);
      const squares = high + low;
      const moment = centredSquares(squares, low - (squares - high), sum, sumLow, size);
      const std = moment > 0 ? Math.sqrt(moment / (size - 1)) : 0;
      if (!(std > RELATIVE_ZERO * Math.max(newLargest, sums[tail + LARGEST]!))) {
        row[to[column]!] = Number.NaN;
        continue;
      }
      // Less the mean, without the rounding of a mean in between.
      const mean = sum / size;
      const whole = mean * size;
      const deviation = value - mean - (sum - whole - multipleError(mean, size, whole) + sumLow) / size;
      row[to[column]!] = clipScore(deviation / std);
    }
  }

  /** A block has ended: sums its tails from the back, and starts new heads. */
  #sumTails(): void {
    const values = this.#values;
    const sums = this.#sums;
    const width = this.#columns.from.length;
    const place = width * WIDTH;
    for (let i = this.#size - 1; i > 0; i--) {
      let at = i * place;
      for (let column = 0; column < width; column++, at += WIDTH) {
        const value = values[i * width + column]!;
        const tailSum = sums[at + place + SUM]!;
        let high = tailSum + value;
        let low = sums[at + place + SUM_LOW]! + sumError(tailSum, value, high);
        const newSum = high + low;
        sums[at + SUM] = newSum;
        sums[at + SUM_LOW] = low - (newSum - high);
        const square = value * value;
        const tailSquares = sums[at + place + SQUARES]!;
        high = tailSquares + square;
        low = sums[at + place + SQUARES_LOW]! + (sumError(tailSquares, square, high) + squareError(value, square));
        const newSquares = high + low;
        sums[at + SQUARES] = newSquares;
        sums[at + SQUARES_LOW] = low - (newSquares - high);
        sums[at + LARGEST] = Math.max(sums[at + place + LARGEST]!, Math.abs(value));
      }
    }
    sums.fill(0, 0, place);
    this.#head = 0;
  }
}
