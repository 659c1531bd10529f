import type { CleanBar } from '../domain/clean-bar.ts';
import type { ValidBars } from '../domain/valid-bars.ts';
import { packFlagsInto } from './bitmap.ts';

/** One record of the tier-1 changelog before it is written: the counters after a bar and, of a valid one, the row it adds. */
export interface UnsavedRow {
  /** Of the bar, UTC epoch ms. */
  timestampUtc: number;
  /** Next offset of the input: the bars that records below it closed are counted. */
  inputOffset: number;
  bars: number;
  validBars: number;
  restarts: number;
  /** Which of the last bars were valid, packed (bitmap.ts); used again for the next row. */
  recentValid: Uint8Array;
  isValid: boolean;
  high: number;
  low: number;
  close: number;
  /** NaN where the bar has none. */
  logReturn1: number;
  spreadEstimate: number;
}

/** Numbers kept of a row, in the order they are written in `add` and read in `drain`. */
const STRIDE = 11;
const INITIAL_ROWS = 16;

/**
 * State rows of one series that wait for the next commit, in the order of their bars. They lie in a ring of `historyBars` places of the
 * changelog, and one that a later bar has overwritten before the commit is never encoded: under load that is most of them.
 */
export class UnsavedRows {
  readonly #historyBars: number;
  readonly #flagBytes: number;
  /** The newest row of each place, by its number in here; the last place is that of bars that are not valid. */
  readonly #newest: Int32Array;
  #count = 0;
  #numbers = new Float64Array(INITIAL_ROWS * STRIDE);
  #flags: Uint8Array;
  #places = new Int32Array(INITIAL_ROWS);
  readonly #row: UnsavedRow;

  /** `flagCount` is the number of bars that `ValidBars` remembers. */
  constructor(historyBars: number, flagCount: number) {
    this.#historyBars = historyBars;
    this.#flagBytes = Math.ceil(flagCount / 8);
    this.#newest = new Int32Array(historyBars + 1);
    this.#flags = new Uint8Array(INITIAL_ROWS * this.#flagBytes);
    this.#row = {
      timestampUtc: 0,
      inputOffset: 0,
      bars: 0,
      validBars: 0,
      restarts: 0,
      recentValid: new Uint8Array(0),
      isValid: false,
      high: 0,
      low: 0,
      close: 0,
      logReturn1: 0,
      spreadEstimate: 0,
    };
  }

  /** Adds what the series is after `bar`. */
  add(bar: CleanBar, { bars, valid, flags }: ValidBars, restarts: number, inputOffset: number): void {
    if (this.#count === this.#places.length) this.#grow();
    const i = this.#count++;
    const numbers = this.#numbers;
    const at = i * STRIDE;
    numbers[at] = inputOffset;
    numbers[at + 1] = bars;
    numbers[at + 2] = valid;
    numbers[at + 3] = restarts;
    numbers[at + 4] = bar.validBar ? 1 : 0;
    numbers[at + 5] = bar.high;
    numbers[at + 6] = bar.low;
    numbers[at + 7] = bar.close;
    numbers[at + 8] = bar.logReturn1;
    numbers[at + 9] = bar.spreadEstimate;
    numbers[at + 10] = bar.timestampUtc;
    packFlagsInto(flags, this.#flags, i * this.#flagBytes);
    const place = bar.validBar ? (valid - 1) % this.#historyBars : this.#historyBars;
    this.#places[i] = place;
    this.#newest[place] = i;
  }

  /** Hands out the newest row of each place, in the order of their bars, and starts empty. The row is used again after the call. */
  drain(write: (place: number | 'last', row: UnsavedRow) => void): void {
    const row = this.#row;
    const numbers = this.#numbers;
    for (let i = 0; i < this.#count; i++) {
      const place = this.#places[i]!;
      if (this.#newest[place] !== i) continue;
      const at = i * STRIDE;
      row.inputOffset = numbers[at]!;
      row.bars = numbers[at + 1]!;
      row.validBars = numbers[at + 2]!;
      row.restarts = numbers[at + 3]!;
      row.isValid = numbers[at + 4] === 1;
      row.high = numbers[at + 5]!;
      row.low = numbers[at + 6]!;
      row.close = numbers[at + 7]!;
      row.logReturn1 = numbers[at + 8]!;
      row.spreadEstimate = numbers[at + 9]!;
      row.timestampUtc = numbers[at + 10]!;
      row.recentValid = this.#flags.subarray(i * this.#flagBytes, (i + 1) * this.#flagBytes);
      write(place === this.#historyBars ? 'last' : place, row);
    }
    this.#count = 0;
  }

  #grow(): void {
    const rows = 2 * this.#places.length;
    const [places, numbers, flags] = [this.#places, this.#numbers, this.#flags];
    this.#places = new Int32Array(rows);
    this.#places.set(places);
    this.#numbers = new Float64Array(rows * STRIDE);
    this.#numbers.set(numbers);
    this.#flags = new Uint8Array(rows * this.#flagBytes);
    this.#flags.set(flags);
  }
}
