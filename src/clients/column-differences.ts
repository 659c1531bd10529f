/** How the values of one column compare, over the rows that both sides have. */
export interface ColumnDifference {
  readonly column: string;
  /** Rows whose values are not the same to the bit. */
  readonly differ: number;
  /** Those of them where only one side has a value. */
  readonly oneNull: number;
  /** `differ` of all rows, 0 to 1; 0 where there are none. */
  readonly share: number;
  /** Of the absolute differences, over the rows that differ and have a number on both sides; null where there is no such row. */
  readonly maxAbs: number | null;
  readonly meanAbs: number | null;
  /** The earliest timestamp at which they differ, UTC epoch ms; null where they never do. */
  readonly firstAt: number | null;
}

interface Sums {
  readonly column: string;
  differ: number;
  oneNull: number;
  numbers: number;
  max: number;
  sum: number;
  firstAt: number;
}

/** Compares rows column by column and keeps sums only. */
export class ColumnDifferences {
  #rows = 0;
  readonly #sums: readonly Sums[];

  constructor(columns: readonly string[]) {
    this.#sums = columns.map((column) => ({
      column,
      differ: 0,
      oneNull: 0,
      numbers: 0,
      max: 0,
      sum: 0,
      firstAt: Number.POSITIVE_INFINITY,
    }));
  }

  /** Takes the two rows of one timestamp (UTC epoch ms): objects with the columns as properties. */
  add(a: object, b: object, timestamp: number): void {
    this.#rows++;
    const [ofA, ofB] = [a, b] as readonly Readonly<Record<string, unknown>>[];
    for (const sums of this.#sums) {
      const [x, y] = [ofA![sums.column], ofB![sums.column]];
      if (Object.is(x, y)) continue;
      sums.differ++;
      sums.firstAt = Math.min(sums.firstAt, timestamp);
      if (x === null || y === null) sums.oneNull++;
      if (typeof x !== 'number' || typeof y !== 'number') continue;
      const difference = Math.abs(x - y);
      sums.numbers++;
      sums.max = Math.max(sums.max, difference);
      sums.sum += difference;
    }
  }

  /** What has been found, in the order of the columns. */
  summary(): ColumnDifference[] {
    return this.#sums.map(({ column, differ, oneNull, numbers, max, sum, firstAt }) => ({
      column,
      differ,
      oneNull,
      share: this.#rows === 0 ? 0 : differ / this.#rows,
      maxAbs: numbers === 0 ? null : max,
      meanAbs: numbers === 0 ? null : sum / numbers,
      firstAt: differ === 0 ? null : firstAt,
    }));
  }
}
