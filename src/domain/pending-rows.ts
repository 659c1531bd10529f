/** A T that has not been emitted yet, with the returns delivered for it (NaN = null or not delivered). */
export interface PendingRow {
  timestampUtc: number;
  readonly returns: Float64Array;
}

/** Rows taken from the front before the array is moved up. */
const COMPACT_AFTER = 256;

/**
 * The rows of the T's that wait for slower symbols, in order of time. T's arrive almost sorted, so a new one mostly goes to the end;
 * row buffers are used again. How many there can be is up to the caller, who decides how far a symbol may run ahead.
 */
export class PendingRows {
  readonly #symbols: number;
  readonly #rows: PendingRow[] = [];
  readonly #free: PendingRow[] = [];
  #head = 0;

  constructor(symbols: number) {
    this.#symbols = symbols;
  }

  get size(): number {
    return this.#rows.length - this.#head;
  }

  /** The row with the oldest T; undefined where none is pending. */
  get oldest(): PendingRow | undefined {
    return this.#rows[this.#head];
  }

  /** T of the row at `position`, 0 being the oldest. */
  timestampAt(position: number): number {
    return this.#rows[this.#head + position]!.timestampUtc;
  }

  /** Sets a symbol's return for T, adding a row where there is none for T yet. */
  set(symbol: number, timestampUtc: number, logReturn: number): void {
    const at = this.#indexAtOrAfter(timestampUtc);
    let row = this.#rows[at];
    if (row?.timestampUtc !== timestampUtc) {
      row = this.#take(timestampUtc);
      if (at === this.#rows.length) this.#rows.push(row);
      else this.#rows.splice(at, 0, row);
    }
    row.returns[symbol] = logReturn;
  }

  /** Takes out the oldest row, whose buffer may be used for another T at once. */
  dropOldest(): void {
    this.#free.push(this.#rows[this.#head++]!);
    if (this.#head === this.#rows.length) {
      this.#rows.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_AFTER && this.#head >= this.#rows.length / 2) {
      this.#rows.copyWithin(0, this.#head);
      this.#rows.length -= this.#head;
      this.#head = 0;
    }
  }

  #take(timestampUtc: number): PendingRow {
    const row = this.#free.pop() ?? { timestampUtc, returns: new Float64Array(this.#symbols) };
    row.timestampUtc = timestampUtc;
    row.returns.fill(Number.NaN);
    return row;
  }

  #indexAtOrAfter(timestampUtc: number): number {
    let low = this.#head;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[middle]!.timestampUtc < timestampUtc) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
