/**
 * The rows a join works on: one row per T, in order of time, holding the log return of each symbol (NaN = null).
 *
 * A ring of twice the window: the newest `window` rows are what a matrix looks at; the ones before are needed to take leaving rows out
 * of running sums again when these are rebuilt from an earlier point, or to correct an older T. Rows are numbered 0, 1, 2 … for
 * ever; a row leaves the ring 2 x window rows later. Stored symbol by symbol, because sums are rebuilt pair by pair.
 */
export class ReturnRows {
  /** Symbols, and so returns, in a row. */
  readonly symbols: number;
  /** Rows the ring holds. */
  readonly capacity: number;
  /** Symbol by symbol: the return of symbol s in row i stands at s x capacity + i mod capacity. For loops; all others call `value`. */
  readonly returns: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #versions: Float64Array;
  #count = 0;

  constructor(symbols: number, window: number) {
    this.symbols = symbols;
    this.capacity = 2 * window;
    this.returns = new Float64Array(symbols * this.capacity);
    this.#timestamps = new Float64Array(this.capacity);
    this.#versions = new Float64Array(this.capacity);
  }

  /** Rows there have ever been: the index of the next one. */
  get count(): number {
    return this.#count;
  }

  /** Index of the oldest row in the ring. */
  get first(): number {
    return Math.max(0, this.#count - this.capacity);
  }

  /** The log return of a symbol in a row, NaN where null. */
  value(symbol: number, index: number): number {
    return this.returns[symbol * this.capacity + (index % this.capacity)]!;
  }

  /** Copies a row's returns, one a symbol. */
  copyRow(index: number, into: Float64Array): void {
    const { symbols, capacity, returns } = this;
    for (let symbol = 0, at = index % capacity; symbol < symbols; symbol++, at += capacity) into[symbol] = returns[at]!;
  }

  /** T of a row: a slot END, UTC epoch ms. */
  timestamp(index: number): number {
    return this.#timestamps[index % this.capacity]!;
  }

  /** The newest version emitted for a row's T; 0 where there was none. */
  version(index: number): number {
    return this.#versions[index % this.capacity]!;
  }

  setVersion(index: number, version: number): void {
    this.#versions[index % this.capacity] = version;
  }

  setValue(symbol: number, index: number, logReturn: number): void {
    this.returns[symbol * this.capacity + (index % this.capacity)] = logReturn;
  }

  /** Index of the first row in the ring at or after a T; `count` where all are before. */
  indexAtOrAfter(timestampUtc: number): number {
    let low = this.first;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timestamp(middle) < timestampUtc) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds the next row, its T after all others. */
  append(timestampUtc: number, returns: Float64Array): void {
    this.#write(this.#count++, timestampUtc, returns, 0);
  }

  /** Adds a row of nulls before row `index`, which must be in the ring: that row and all after it move up by one. */
  insert(index: number, timestampUtc: number): void {
    for (let from = this.#count - 1; from >= index; from--) this.#move(from, from + 1);
    this.#write(index, timestampUtc, null, 0);
    this.#count++;
  }

  /** Puts a saved row back; `restoreCount` says how many there were. */
  restoreRow(index: number, timestampUtc: number, returns: Float64Array, version: number): void {
    this.#write(index, timestampUtc, returns, version);
  }

  /** Sets the number of rows there have ever been, as saved. */
  restoreCount(count: number): void {
    this.#count = count;
  }

  #write(index: number, timestampUtc: number, returns: Float64Array | null, version: number): void {
    const slot = index % this.capacity;
    this.#timestamps[slot] = timestampUtc;
    this.#versions[slot] = version;
    for (let symbol = 0; symbol < this.symbols; symbol++) {
      this.returns[symbol * this.capacity + slot] = returns === null ? Number.NaN : returns[symbol]!;
    }
  }

  #move(from: number, to: number): void {
    this.#timestamps[to % this.capacity] = this.timestamp(from);
    this.setVersion(to, this.version(from));
    for (let symbol = 0; symbol < this.symbols; symbol++) this.setValue(symbol, to, this.value(symbol, from));
  }
}
