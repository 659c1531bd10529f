/** Record batches (magic 2) as they lie in a Fetch response, taken apart into records. The cost of this loop is the cost of reading. */
import { TextCache } from '../codec/text-cache.ts';
import type { AbortedTransactionFilter, BatchIdentity } from './aborted-transactions.ts';
import { decompress } from './compression.ts';
import { RecordBlock } from './record-block.ts';

/** A header of a record. Keys may repeat; their order is kept. */
export interface RecordHeader {
  key: string;
  value: Buffer | null;
}

/** A record as read. Its buffers are views of the whole response: copy what is to be kept for long. */
export interface FetchedRecord {
  offset: number;
  /** Record time, ms since the epoch (of the append where the topic is set so); -1 if it has none. Exact below 2^53. */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly RecordHeader[];
}

/** Bytes of a Fetch response that are no record batch. Met on a damaged disk or line; another try may help. */
export class CorruptBatch extends Error {
  override readonly name: string = 'CorruptBatch';
}

// Where the fields of a batch stand, in bytes from its start.
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const RECORD_COUNT_AT = 57;
const RECORDS_AT = 61;
/** `length` counts what follows itself. */
const LENGTH_END = 12;

const COMPRESSION_BITS = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;

/** A signed 64-bit integer; exact below 2^53, which no offset reaches. */
export function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

/**
 * The records from offset `from` on that `filter` keeps, and the offset after the last complete batch (`from` if there is none): that one counts control
 * records, aborted ones and those that compaction removed. The bytes may begin before `from` and may end within a batch.
 */
export async function decodeRecordSet(
  bytes: Buffer,
  from: number,
  filter: AbortedTransactionFilter,
): Promise<{ records: RecordBlock; nextOffset: number }> {
  const records = new RecordBlock(bytes, decodeHeaders);
  records.reserve(countRecords(bytes));
  let nextOffset = from;
  let start = 0;
  while (bytes.length - start >= RECORDS_AT) {
    const end = start + LENGTH_END + bytes.readInt32BE(start + LENGTH_AT);
    if (end > bytes.length) break;
    if (bytes[start + MAGIC_AT] !== 2) throw new CorruptBatch(`record batch of an unknown format (magic ${bytes[start + MAGIC_AT]})`);
    if (end < start + RECORDS_AT) throw new CorruptBatch(`record batch of ${end - start} bytes`);
    const batch = bytes.subarray(start, end);
    const identity = identify(batch);
    if (!filter.drops(identity) && identity.lastOffset >= from) {
      if ((batch.readInt16BE(ATTRIBUTES_AT) & COMPRESSION_BITS) === 0) decodeRecords(batch, records, start + RECORDS_AT, end, from);
      else await decodeCompressed(batch, records, from);
    }
    nextOffset = Math.max(nextOffset, identity.lastOffset + 1);
    start = end;
  }
  return { records, nextOffset };
}

/** How many records the whole batches of a response hold, so that room is made once. A count that lies is bounded by the bytes it came with. */
function countRecords(bytes: Buffer): number {
  let count = 0;
  for (let start = 0; bytes.length - start >= RECORDS_AT; ) {
    const size = LENGTH_END + bytes.readInt32BE(start + LENGTH_AT);
    if (size < RECORDS_AT || start + size > bytes.length) break;
    count += Math.max(0, Math.min(bytes.readInt32BE(start + RECORD_COUNT_AT), size - RECORDS_AT));
    start += size;
  }
  return count;
}

/** What was compressed is laid behind the bytes there are, so that all records of a block lie in the same. */
async function decodeCompressed(batch: Buffer, records: RecordBlock, from: number): Promise<void> {
  const body = await decompress(batch.readInt16BE(ATTRIBUTES_AT), batch.subarray(RECORDS_AT));
  const start = records.append(body);
  decodeRecords(batch, records, start, start + body.length, from);
}

function identify(batch: Buffer): BatchIdentity {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  return {
    lastOffset: readInt64(batch, 0) + batch.readInt32BE(LAST_OFFSET_DELTA_AT),
    producerId: readInt64(batch, PRODUCER_ID_AT),
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    marker: (attributes & CONTROL_BIT) === 0 ? undefined : markerOf(batch),
  };
}

/** A control batch holds one record, uncompressed; its key is a version and a type, two bytes each. */
function markerOf(batch: Buffer): 'abort' | 'commit' | 'other' {
  if (batch.readInt32BE(RECORD_COUNT_AT) < 1) return 'other';
  const cursor = new Cursor(batch, RECORDS_AT, batch.length);
  cursor.varint();
  cursor.at += 1;
  cursor.varlong();
  cursor.varint();
  const key = cursor.bytes();
  if (key === null || key.length < 4) return 'other';
  const type = key.readInt16BE(2);
  return type === 0 ? 'abort' : type === 1 ? 'commit' : 'other';
}

/** Adds the records of `batch` from offset `from` on, which lie in the block's bytes between `start` and `end`. */
function decodeRecords(batch: Buffer, into: RecordBlock, start: number, end: number, from: number): void {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  const baseOffset = readInt64(batch, 0);
  const baseTimestamp = readInt64(batch, BASE_TIMESTAMP_AT);
  const appendTimestamp = (attributes & LOG_APPEND_TIME_BIT) === 0 ? undefined : readInt64(batch, MAX_TIMESTAMP_AT);
  const count = batch.readInt32BE(RECORD_COUNT_AT);
  const cursor = new Cursor(into.bytes, start, end);
  // A count that lies is found out below, before it has cost more memory than the bytes it came with.
  into.reserve(Math.min(count, end - start));
  for (let i = 0; i < count; i++) {
    const length = cursor.varint();
    const recordEnd = cursor.at + length;
    if (length <= 0 || recordEnd > end) throw new CorruptBatch(`record ${i} of the batch at offset ${baseOffset} ends outside it`);
    cursor.at += 1;
    const timestampDelta = cursor.varlong();
    const offset = baseOffset + cursor.varint();
    if (offset < from) {
      cursor.at = recordEnd;
      continue;
    }
    const timestamp = appendTimestamp ?? baseTimestamp + timestampDelta;
    const keyStart = cursor.skipBytes();
    const keyEnd = cursor.at;
    const valueStart = cursor.skipBytes();
    const valueEnd = cursor.at;
    const headersAt = cursor.skipHeaders();
    if (cursor.at !== recordEnd) throw new CorruptBatch(`record ${offset} is not as long as it says`);
    into.add(offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersAt);
  }
}

/** The few keys that all records have. */
const HEADER_KEYS = new TextCache();

/** The headers that begin at a position; they have been passed over once and are whole. */
function decodeHeaders(bytes: Buffer, at: number): readonly RecordHeader[] {
  const cursor = new Cursor(bytes, at, bytes.length);
  const headers: RecordHeader[] = [];
  for (let left = cursor.varint(); left > 0; left--) {
    const keyStart = cursor.skipBytes();
    headers.push({ key: HEADER_KEYS.read(bytes, keyStart, cursor.at), value: cursor.bytes() });
  }
  return headers;
}

/** Reads the variable-length integers of the record format: seven bits a byte, the lowest first, zigzag for the sign. */
class Cursor {
  at: number;
  readonly #buffer: Buffer;
  readonly #end: number;

  /** Reads between `at` and `end`: bytes that end beyond are no bytes of this batch. */
  constructor(buffer: Buffer, at: number, end: number) {
    this.#buffer = buffer;
    this.#end = end;
    this.at = at;
  }

  /** 32 bits. */
  varint(): number {
    const first = this.#buffer[this.at++]!;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let shift = 7; ; shift += 7) {
      if (shift > 28) throw new CorruptBatch('a number longer than 32 bits');
      const next = this.#buffer[this.at++]!;
      value |= (next & 0x7f) << shift;
      if (!(next >= 0x80)) return (value >>> 1) ^ -(value & 1);
    }
  }

  /** 64 bits; exact below 2^52. */
  varlong(): number {
    const first = this.#buffer[this.at++]!;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let scale = 0x80, bytes = 1; ; scale *= 0x80, bytes++) {
      if (bytes === 10) throw new CorruptBatch('a number longer than 64 bits');
      const next = this.#buffer[this.at++]!;
      value += (next & 0x7f) * scale;
      if (!(next >= 0x80)) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }

  /** Bytes after their length; null for length -1. A view, no copy. */
  bytes(): Buffer | null {
    const start = this.skipBytes();
    return start < 0 ? null : this.#buffer.subarray(start, this.at);
  }

  /** Passes over bytes after their length and returns where they begin; -1 for length -1. */
  skipBytes(): number {
    const length = this.varint();
    if (length < 0) return -1;
    const start = this.at;
    this.at += length;
    if (this.at > this.#end) throw new CorruptBatch('bytes that end outside their batch');
    return start;
  }

  /** Passes over headers and returns where they begin; -1 where there are none. */
  skipHeaders(): number {
    const start = this.at;
    const count = this.varint();
    if (count <= 0) return -1;
    for (let i = 0; i < count; i++) {
      if (this.skipBytes() < 0) throw new CorruptBatch('a header without a key');
      this.skipBytes();
    }
    return start;
  }
}
