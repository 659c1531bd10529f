import type { JoinedRecords } from '../lineage/matrix-headers.ts';

/** Records of one T as they come in. */
interface GatheredRecords extends JoinedRecords {
  last: number;
}

/**
 * Where the tier-1 records lie that a join has taken, by the T that they are of, until that goes out. No state needs it: records whose T is
 * pending are read again after a restart.
 */
export class JoinLinks {
  readonly #symbols: number;
  readonly #pending = new Map<number, GatheredRecords>();
  #late: GatheredRecords;

  /** `symbols` is the size of the universe. */
  constructor(symbols: number) {
    this.#symbols = symbols;
    this.#late = this.#none();
  }

  /** A symbol's record for a T that has not gone out. */
  pending(timestampUtc: number, symbol: number, offset: number): void {
    let records = this.#pending.get(timestampUtc);
    if (records === undefined) {
      records = this.#none();
      this.#pending.set(timestampUtc, records);
    }
    records.offsets[symbol] = offset;
    records.last = symbol;
  }

  /** A symbol's record for a T that has gone out: what follows from it links to it alone. */
  late(symbol: number, offset: number): void {
    this.#late = this.#none();
    this.#late.offsets[symbol] = offset;
    this.#late.last = symbol;
  }

  /** The records of a T that goes out now, for the first time or as a correction that the last late record asked for. They are not kept. */
  take(timestampUtc: number): JoinedRecords {
    const records = this.#pending.get(timestampUtc);
    if (records === undefined) return this.#late;
    this.#pending.delete(timestampUtc);
    return records;
  }

  #none(): GatheredRecords {
    return { offsets: new Float64Array(this.#symbols).fill(-1), last: 0 };
  }
}
