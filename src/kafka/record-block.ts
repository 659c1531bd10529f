import type { FetchedRecord, RecordHeader } from './record-batch.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);
/** Integers kept of a record: where key and value begin and end, and where its headers begin. A null key or value begins at -1. */
const STRIDE = 5;

/**
 * Records in offset order as they lie in the bytes of a response: positions, and no object until one is asked for. A reader that goes through
 * millions of records a second spends its time on nothing else than making those objects.
 */
export class RecordBlock implements Iterable<FetchedRecord> {
  #bytes: Buffer;
  /** Where `bytes` is filled up to. */
  #bytesEnd: number;
  #length = 0;
  #offsets = new Float64Array(0);
  #timestamps = new Float64Array(0);
  #places = new Int32Array(0);
  readonly #readHeaders: (bytes: Buffer, at: number) => readonly RecordHeader[];

  /** `readHeaders` decodes the headers that begin at a position; it is asked only for records that are made into objects. */
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
    if (needed <= this.#offsets.length) return;
    // At least doubled: a response may hold very many small batches.
    const room = Math.max(needed, 2 * this.#offsets.length);
    this.#offsets = enlarged(this.#offsets, new Float64Array(room));
    this.#timestamps = enlarged(this.#timestamps, new Float64Array(room));
    this.#places = enlarged(this.#places, new Int32Array(room * STRIDE));
  }

  /** Adds a record for which room was made; a start of -1 is null, `headersAt` -1 means that there are none. */
  add(offset: number, timestamp: number, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number, headersAt: number): void {
    const i = this.#length++;
    this.#offsets[i] = offset;
    this.#timestamps[i] = timestamp;
    const places = this.#places;
    const at = i * STRIDE;
    places[at] = keyStart;
    places[at + 1] = keyEnd;
    places[at + 2] = valueStart;
    places[at + 3] = valueEnd;
    places[at + 4] = headersAt;
  }

  offset(i: number): number {
    return this.#offsets[i]!;
  }

  /** Record time, ms since the epoch. */
  timestamp(i: number): number {
    return this.#timestamps[i]!;
  }

  /** Where the key begins in `bytes`; -1 where it is null. */
  keyStart(i: number): number {
    return this.#places[i * STRIDE]!;
  }

  keyEnd(i: number): number {
    return this.#places[i * STRIDE + 1]!;
  }

  /** Where the value begins in `bytes`; -1 where it is null. */
  valueStart(i: number): number {
    return this.#places[i * STRIDE + 2]!;
  }

  valueEnd(i: number): number {
    return this.#places[i * STRIDE + 3]!;
  }

  /** Record `i` as an object, made anew at every call; its buffers are views of `bytes`. */
  at(i: number): FetchedRecord {
    const headersAt = this.#places[i * STRIDE + 4]!;
    return {
      offset: this.offset(i),
      timestamp: this.timestamp(i),
      key: this.#view(this.keyStart(i), this.keyEnd(i)),
      value: this.#view(this.valueStart(i), this.valueEnd(i)),
      headers: headersAt < 0 ? NO_HEADERS : this.#readHeaders(this.#bytes, headersAt),
    };
  }

  *[Symbol.iterator](): Iterator<FetchedRecord> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  #view(start: number, end: number): Buffer | null {
    return start < 0 ? null : this.#bytes.subarray(start, end);
  }
}

function enlarged<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
