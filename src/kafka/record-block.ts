import type { FetchedRecord, RecordHeader } from './record-batch.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);
/** Integers kept of a record: where key and value begin and end, and where its headers begin. A null key or value begins at -1. */
const STRIDE = 5;

/**
 * Records in offset order as they lie in the bytes of a response: positions, and no object until one is asked for. A reader that goes through
 * millions of records a second spends its time on nothing else than making those objects.
 */
export class RecordBlock implements Iterable<FetchedRecord> {
  /** Told once, when the block is released. */
  onRelease: (() => void) | null = null;
  #bytes: Buffer;
  /** Where `bytes` is filled up to. */
  #bytesEnd: number;
  #length = 0;
  #columns = NO_COLUMNS;
  readonly #readHeaders: (bytes: Buffer, at: number) => readonly RecordHeader[];

  /** `readHeaders` decodes the headers that begin at a position; it is asked only for records whose headers somebody wants. */
  constructor(bytes: Buffer, readHeaders: (bytes: Buffer, at: number) => readonly RecordHeader[]) {
    this.#bytes = bytes;
    this.#bytesEnd = bytes.length;
    this.#readHeaders = readHeaders;
  }

  get length(): number {
    return this.#length;
  }

  /** What the positions are positions in: the response, or a copy with more behind it where a batch was compressed. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Lays more bytes behind those there are and returns where they begin; positions given before still hold. */
  append(more: Buffer): number {
    const start = this.#bytesEnd;
    const needed = start + more.length;
    if (needed > this.#bytes.length) {
      // Room is doubled, so that a response of many compressed batches is not copied once for each.
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    more.copy(this.#bytes, start);
    this.#bytesEnd = needed;
    return start;
  }

  /** Makes room for `count` more records. */
  reserve(count: number): void {
    const needed = this.#length + count;
    const columns = this.#columns;
    if (needed <= columns.offsets.length) return;
    // At least doubled: a response may hold very many small batches.
    this.#columns = takeColumns(Math.max(needed, 2 * this.#length));
    this.#columns.offsets.set(columns.offsets.subarray(0, this.#length));
    this.#columns.timestamps.set(columns.timestamps.subarray(0, this.#length));
    this.#columns.places.set(columns.places.subarray(0, this.#length * STRIDE));
    giveColumns(columns);
  }

  /** Empties the block and gives its memory to others, the bytes of its records too: whatever is to be kept of them has been copied. */
  release(): void {
    const columns = this.#columns;
    this.#columns = NO_COLUMNS;
    this.#length = 0;
    giveColumns(columns);
    const onRelease = this.onRelease;
    this.onRelease = null;
    onRelease?.();
  }

  /** Adds a record for which room was made; a start of -1 is null, `headersAt` -1 means that there are none. */
  add(offset: number, timestamp: number, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number, headersAt: number): void {
    const i = this.#length++;
    const { offsets, timestamps, places } = this.#columns;
    offsets[i] = offset;
    timestamps[i] = timestamp;
    const at = i * STRIDE;
    places[at] = keyStart;
    places[at + 1] = keyEnd;
    places[at + 2] = valueStart;
    places[at + 3] = valueEnd;
    places[at + 4] = headersAt;
  }

  offset(i: number): number {
    return this.#columns.offsets[i]!;
  }

  /** Record time, ms since the epoch. */
  timestamp(i: number): number {
    return this.#columns.timestamps[i]!;
  }

  /** Where the key begins in `bytes`; -1 where it is null. */
  keyStart(i: number): number {
    return this.#columns.places[i * STRIDE]!;
  }

  keyEnd(i: number): number {
    return this.#columns.places[i * STRIDE + 1]!;
  }

  /** Where the value begins in `bytes`; -1 where it is null. */
  valueStart(i: number): number {
    return this.#columns.places[i * STRIDE + 2]!;
  }

  valueEnd(i: number): number {
    return this.#columns.places[i * STRIDE + 3]!;
  }

  /** Record `i` as an object, made anew at every call; its buffers are views of `bytes`. */
  at(i: number): FetchedRecord {
    return {
      offset: this.offset(i),
      timestamp: this.timestamp(i),
      key: this.#view(this.keyStart(i), this.keyEnd(i)),
      value: this.#view(this.valueStart(i), this.valueEnd(i)),
      headers: this.headers(i),
    };
  }

  /** The headers of record `i`, decoded at every call; their buffers are views of `bytes`. */
  headers(i: number): readonly RecordHeader[] {
    const headersAt = this.#columns.places[i * STRIDE + 4]!;
    return headersAt < 0 ? NO_HEADERS : this.#readHeaders(this.#bytes, headersAt);
  }

  *[Symbol.iterator](): Iterator<FetchedRecord> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  #view(start: number, end: number): Buffer | null {
    return start < 0 ? null : this.#bytes.subarray(start, end);
  }
}

/** What a block keeps of its records, by number. */
interface Columns {
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly places: Int32Array;
}

const NO_COLUMNS: Columns = { offsets: new Float64Array(0), timestamps: new Float64Array(0), places: new Int32Array(0) };
/** Those of released blocks, for the next ones: made anew for every response they would be most of what a reader allocates. */
const free: Columns[] = [];
const MAX_FREE = 32;
/** Larger ones are not kept, records. */
const MAX_FREE_RECORDS = 65_536;

function takeColumns(records: number): Columns {
  const at = free.findIndex(({ offsets }) => offsets.length >= records);
  if (at >= 0) return free.splice(at, 1)[0]!;
  return { offsets: new Float64Array(records), timestamps: new Float64Array(records), places: new Int32Array(records * STRIDE) };
}

function giveColumns(columns: Columns): void {
  const { length } = columns.offsets;
  if (length === 0 || length > MAX_FREE_RECORDS) return;
  // The largest serve the most.
  if (free.length < MAX_FREE) free.push(columns);
  else if (free[0]!.offsets.length < length) free[0] = columns;
}
