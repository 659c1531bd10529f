/** Records to record batches (magic 2), uncompressed: the counterpart of record-batch.ts. The cost of this loop is the cost of writing. */
import { BufferPool } from './buffer-pool.ts';
import { crc32c } from './crc32c.ts';

/** A header to write. Keys may repeat; their order is kept. */
export interface OutgoingHeader {
  key: string;
  value: Buffer | string | null;
}

/** A record to write. Strings are written as UTF-8. A null value is a tombstone where the topic is compacted. */
export interface OutgoingRecord {
  partition: number;
  key: Buffer | string | null;
  value: Buffer | string | null;
  /** Record time, ms since the epoch: a whole number. */
  timestamp: number;
  headers?: readonly OutgoingHeader[];
  /** In the place of `headers`, as `encodeHeaders` makes them. */
  encodedHeaders?: Buffer;
}

/** Who writes, and where in its partition's sequence a batch stands: what the broker recognises a repeated batch and a fenced producer by. */
export interface BatchStamp {
  producerId: bigint;
  producerEpoch: number;
  firstSequence: number;
  isTransactional: boolean;
}

/** A batch header's size, bytes: what a batch of one record is larger than that record. */
export const BATCH_OVERHEAD_BYTES = 61;
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const FIRST_SEQUENCE_AT = 53;
const RECORD_COUNT_AT = 57;
const TRANSACTIONAL_BIT = 0x10;
/** Attributes, time delta (up to 10) and offset delta (up to 5), lengths of key and value (up to 5 each), number of headers (up to 5). */
const RECORD_OVERHEAD_BYTES = 31;
const MAX_VARINT_BYTES = 5;
const INITIAL_BYTES = 1_024;
const EXPECTED_MARGIN = 1.1;
const NO_HEADERS: readonly OutgoingHeader[] = [];

/** Builds one batch, record by record. */
export class RecordBatchWriter {
  readonly #limitBytes: number;
  readonly #pool: BufferPool;
  #buffer: Buffer;
  #at = BATCH_OVERHEAD_BYTES;
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  /**
   * `limitBytes` holds for the batch as a whole; only its first record may exceed it, for the broker to judge. `expectedBytes` is what it will take,
   * where that is known more or less: room for it is made at once.
   */
  constructor(limitBytes: number, pool: BufferPool = new BufferPool(), expectedBytes = 0) {
    this.#limitBytes = limitBytes;
    this.#pool = pool;
    this.#buffer = pool.take(Math.max(INITIAL_BYTES, Math.min(Math.ceil(expectedBytes * EXPECTED_MARGIN), limitBytes)));
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#at;
  }

  /** Adds a record, or does nothing and returns false where the batch would outgrow its limit. Throws RangeError for a timestamp that is no whole number. */
  tryAdd(record: OutgoingRecord): boolean {
    const { timestamp } = record;
    if (!Number.isSafeInteger(timestamp)) throw new RangeError(`a record's timestamp is a whole number of ms, not ${timestamp}`);
    const sizeBound = recordSizeBound(record);
    if (this.#count > 0 && this.#at + MAX_VARINT_BYTES + sizeBound > this.#limitBytes) return false;
    if (this.#count === 0) this.#baseTimestamp = this.#maxTimestamp = timestamp;
    this.#maxTimestamp = Math.max(this.#maxTimestamp, timestamp);
    this.#reserve(MAX_VARINT_BYTES + sizeBound);
    this.#writeRecord(record, sizeBound);
    this.#count += 1;
    return true;
  }

  /** The finished batch. May be called again with another stamp, which overwrites the first: the same bytes are returned. */
  stamp({ producerId, producerEpoch, firstSequence, isTransactional }: BatchStamp): Buffer {
    const batch = this.#buffer.subarray(0, this.#at);
    batch.writeBigInt64BE(0n, 0);
    batch.writeInt32BE(batch.length - LEADER_EPOCH_AT, LENGTH_AT);
    batch.writeInt32BE(-1, LEADER_EPOCH_AT);
    batch[MAGIC_AT] = 2;
    batch.writeInt16BE(isTransactional ? TRANSACTIONAL_BIT : 0, ATTRIBUTES_AT);
    batch.writeInt32BE(this.#count - 1, LAST_OFFSET_DELTA_AT);
    batch.writeBigInt64BE(BigInt(this.#baseTimestamp), BASE_TIMESTAMP_AT);
    batch.writeBigInt64BE(BigInt(this.#maxTimestamp), MAX_TIMESTAMP_AT);
    batch.writeBigInt64BE(producerId, PRODUCER_ID_AT);
    batch.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT);
    batch.writeInt32BE(firstSequence, FIRST_SEQUENCE_AT);
    batch.writeInt32BE(this.#count, RECORD_COUNT_AT);
    batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT, batch.length), CRC_AT);
    return batch;
  }

  /** Gives the buffer back to the pool: neither the writer nor what `stamp` returned may be used any more. */
  release(): void {
    this.#pool.give(this.#buffer);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = this.#pool.take(Math.max(this.#at + bytes, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#pool.give(this.#buffer);
    this.#buffer = larger;
  }

  /** A record begins with its own length, whose size is known only once the record stands: room for the bound's is left, and closed where it was too much. */
  #writeRecord(record: OutgoingRecord, sizeBound: number): void {
    const lengthAt = this.#at;
    const bodyAt = lengthAt + varintSize(sizeBound);
    this.#at = bodyAt;
    this.#buffer[this.#at++] = 0;
    this.#varlong(record.timestamp - this.#baseTimestamp);
    this.#varint(this.#count);
    this.#bytes(record.key);
    this.#bytes(record.value);
    if (record.encodedHeaders !== undefined) this.#encodedHeaders(record.encodedHeaders);
    else this.#headers(record.headers ?? NO_HEADERS);
    const end = this.#at;
    this.#at = lengthAt;
    this.#varint(end - bodyAt);
    if (this.#at !== bodyAt) this.#buffer.copyWithin(this.#at, bodyAt, end);
    this.#at += end - bodyAt;
  }

  #headers(headers: readonly OutgoingHeader[]): void {
    this.#varint(headers.length);
    for (const { key, value } of headers) {
      this.#bytes(key);
      this.#bytes(value);
    }
  }

  #encodedHeaders(headers: Buffer): void {
    headers.copy(this.#buffer, this.#at);
    this.#at += headers.length;
  }

  #varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  #varlong(value: number): void {
    if (value === (value | 0)) {
      this.#varint(value);
      return;
    }
    let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
    while (rest > 0x7fn) {
      this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#at++] = Number(rest);
  }

  #bytes(value: Buffer | string | null): void {
    if (value === null) {
      this.#varint(-1);
    } else if (typeof value === 'string') {
      this.#varint(Buffer.byteLength(value));
      this.#at += this.#buffer.write(value, this.#at);
    } else {
      this.#varint(value.length);
      value.copy(this.#buffer, this.#at);
      this.#at += value.length;
    }
  }
}

function varintSize(length: number): number {
  let size = 1;
  for (let rest = length * 2; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function recordSizeBound({ key, value, headers = NO_HEADERS, encodedHeaders }: OutgoingRecord): number {
  let size = RECORD_OVERHEAD_BYTES + byteLength(key) + byteLength(value) + (encodedHeaders?.length ?? 0);
  for (const header of headers) size += 2 * MAX_VARINT_BYTES + byteLength(header.key) + byteLength(header.value);
  return size;
}

function byteLength(value: Buffer | string | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
