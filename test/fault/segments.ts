/**
 * Reads partitions as they lie in a broker's folder, without any client: what the log really holds, control batches and aborted records
 * included, to compare with what clients make of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A record as it lies in the log. */
export interface StoredRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A record batch, or a transaction's marker. */
export interface StoredBatch {
  readonly baseOffset: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
  /** What a control batch says; null for data. */
  readonly marker: 'commit' | 'abort' | null;
  readonly records: readonly StoredRecord[];
}

const HEADER_BYTES = 61;

/** Every whole batch of a partition, in order. */
export function readStoredBatches(dataFolder: string, topic: string, partition: number): StoredBatch[] {
  const folder = join(dataFolder, `${topic}-${partition}`);
  const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return files.sort().flatMap((name) => batchesOf(readFileSync(join(folder, name))));
}

function batchesOf(bytes: Buffer): StoredBatch[] {
  const batches: StoredBatch[] = [];
  for (let start = 0; start + HEADER_BYTES <= bytes.length; ) {
    const end = start + 12 + bytes.readInt32BE(start + 8);
    // A file may be larger than what is written to it, and its last batch half there.
    if (end <= start + 12 || end > bytes.length) break;
    batches.push(batchOf(bytes.subarray(start, end)));
    start = end;
  }
  return batches;
}

function batchOf(batch: Buffer): StoredBatch {
  const attributes = batch.readInt16BE(21);
  if ((attributes & 0x07) !== 0) throw new Error('a compressed batch: not for this reader');
  const baseOffset = Number(batch.readBigInt64BE(0));
  const records = recordsOf(batch, baseOffset);
  const isControl = (attributes & 0x20) !== 0;
  return {
    baseOffset,
    producerId: Number(batch.readBigInt64BE(43)),
    producerEpoch: batch.readInt16BE(51),
    isTransactional: (attributes & 0x10) !== 0,
    marker: isControl ? (records[0]?.key?.readInt16BE(2) === 1 ? 'commit' : 'abort') : null,
    records: isControl ? [] : records,
  };
}

function recordsOf(batch: Buffer, baseOffset: number): StoredRecord[] {
  const count = batch.readInt32BE(57);
  const records: StoredRecord[] = [];
  let at = HEADER_BYTES;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = batch[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return Number((value >> 1n) ^ -(value & 1n));
  };
  const field = (): Buffer | null => {
    const length = varint();
    if (length < 0) return null;
    at += length;
    return batch.subarray(at - length, at);
  };
  for (let i = 0; i < count; i++) {
    const length = varint();
    const end = at + length;
    at += 1;
    varint();
    const offset = baseOffset + varint();
    records.push({ offset, key: field(), value: field() });
    at = end;
  }
  return records;
}

/** What a read_committed reader may see of a partition, by the rule of Kafka's protocol, and what it may not. */
export interface Ledger {
  readonly committed: StoredRecord[];
  readonly aborted: StoredRecord[];
  /** Of transactions that have neither marker yet. */
  readonly open: StoredRecord[];
}

/** Sorts the records of a partition by what became of their transactions. */
export function ledgerOf(batches: readonly StoredBatch[]): Ledger {
  const committed: StoredRecord[] = [];
  const aborted: StoredRecord[] = [];
  const pending = new Map<number, StoredRecord[]>();
  for (const { producerId, isTransactional, marker, records } of batches) {
    if (marker !== null) {
      (marker === 'commit' ? committed : aborted).push(...(pending.get(producerId) ?? []));
      pending.delete(producerId);
    } else if (isTransactional) {
      pending.set(producerId, [...(pending.get(producerId) ?? []), ...records]);
    } else {
      committed.push(...records);
    }
  }
  const byOffset = (a: StoredRecord, b: StoredRecord) => a.offset - b.offset;
  return { committed: committed.sort(byOffset), aborted: aborted.sort(byOffset), open: [...pending.values()].flat().sort(byOffset) };
}
