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
    if (this.#head === this.#size) this.#sumTails();
    this.#enter(row);
    this.#score(row);
  }

  /** The newest values join the heads. */
  #enter(row: Float64Array): void {
    const values = this.#values;
    const sums = this.#sums;
    const { from } = this.#columns;
    const width = from.length;
    const first = this.#head * width;
    this.#head++;
    this.#count++;
    for (let column = 0, at = 0; column < width; column++, at += WIDTH) {
      let value = row[from[column]!]!;
      if (Number.isNaN(value)) {
        this.#wholeSince[column] = this.#count;
        value = 0;
      }
      values[first + column] = value;

      const sum = sums[at + SUM]!;
      let high = sum + value;
      let low = sums[at + SUM_LOW]! + sumError(sum, value, high);
      const newSum = high + low;
      sums[at + SUM] = newSum;
      sums[at + SUM_LOW] = low - (newSum - high);

      const square = value * value;
      const squares = sums[at + SQUARES]!;
      high = squares + square;
      low = sums[at + SQUARES_LOW]! + (sumError(squares, square, high) + squareError(value, square));
      const newSquares = high + low;
      sums[at + SQUARES] = newSquares;
      sums[at + SQUARES_LOW] = low - (newSquares - high);

      sums[at + LARGEST] = Math.max(sums[at + LARGEST]!, Math.abs(value));
    }
  }

  /** Writes the twins of the values that `#enter` has taken. */
  #score(row: Float64Array): void {
    const size = this.#size;
    const sums = this.#sums;
    const { from, to } = this.#columns;
    const width = from.length;
    const emptyBefore = this.#count - size;
    let tail = this.#head * width * WIDTH;
    for (let column = 0, at = 0; column < width; column++, at += WIDTH, tail += WIDTH) {
      if (this.#wholeSince[column]! > emptyBefore) {
        row[to[column]!] = Number.NaN;
        continue;
      }
      // The window: the head and the tail that is still in it.
      const headSum = sums[at + SUM]!;
      const tailSum = sums[tail + SUM]!;
      let high = headSum + tailSum;
      let low = sums[at + SUM_LOW]! + (sumError(headSum, tailSum, high) + sums[tail + SUM_LOW]!);
      const sum = high + low;
      const sumLow = low - (sum - high);
      const headSquares = sums[at + SQUARES]!;
      const tailSquares = sums[tail + SQUARES]!;
      high = headSquares + tailSquares;
      low = sums[at + SQUARES_LOW]! + (sumError(headSquares, tailSquares, high) + sums[tail + SQUARES_LOW]!);
      const squares = high + low;
      const moment = centredSquares(squares, low - (squares - high), sum, sumLow, size);
      const std = moment > 0 ? Math.sqrt(moment / (size - 1)) : 0;
      // The value less the mean, without the rounding of a mean in between.
      const mean = sum / size;
      const whole = mean * size;
      const deviation = row[from[column]!]! - mean - (sum - whole - multipleError(mean, size, whole) + sumLow) / size;
      const varies = std > RELATIVE_ZERO * Math.max(sums[at + LARGEST]!, sums[tail + LARGEST]!);
      row[to[column]!] = varies ? clipScore(deviation / std) : Number.NaN;
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
