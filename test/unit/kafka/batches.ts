/** Record batches for tests, encoded by kafkajs' own writer, which shares no code with the decoder under test. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as { RecordBatch(options: object): Promise<{ buffer: Buffer }> };
const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (options: object) => unknown;

const ATTRIBUTES_LOW_BYTE = 22;
const LAST_OFFSET_DELTA_AT = 23;
const RECORD_COUNT_AT = 57;
const RECORDS_AT = 61;
const LENGTH_AT = 8;
const LENGTH_END = 12;

export interface BatchOptions {
  baseOffset: number;
  baseTimestamp?: number;
  producerId?: number;
  transactional?: boolean;
  /** 0 none, 1 gzip. */
  compression?: number;
  records: { key?: Buffer | null; value?: Buffer | null; headers?: object; offsetDelta?: number; timestampDelta?: number }[];
}

/** One batch of data. The offset delta of a record is its index unless given. */
export async function dataBatch({
  baseOffset,
  baseTimestamp = 1_000,
  producerId = -1,
  records,
  ...options
}: BatchOptions): Promise<Buffer> {
  const encoded = await RecordBatch({
    firstOffset: BigInt(baseOffset),
    firstTimestamp: baseTimestamp,
    maxTimestamp: baseTimestamp + Math.max(0, ...records.map(({ timestampDelta = 0 }) => timestampDelta)),
    lastOffsetDelta: records.at(-1)?.offsetDelta ?? records.length - 1,
    producerId: BigInt(producerId),
    records: records.map(({ key = null, value = null, ...rest }, index) => Record({ offsetDelta: index, key, value, ...rest })),
    ...options,
  });
  return encoded.buffer;
}

/** The end of a transaction: type 0 is an abort, 1 a commit. */
export async function markerBatch(offset: number, producerId: number, type: number): Promise<Buffer> {
  const key = Buffer.from([0, 0, 0, type]);
  const batch = await dataBatch({ baseOffset: offset, producerId, transactional: true, records: [{ key, value: Buffer.alloc(6) }] });
  batch[ATTRIBUTES_LOW_BYTE]! |= 0x20;
  return batch;
}

/** What compaction leaves of a batch whose records are all superseded: its header. */
export async function emptiedBatch(baseOffset: number, lastOffset: number): Promise<Buffer> {
  const batch = (await dataBatch({ baseOffset, records: [{}] })).subarray(0, RECORDS_AT);
  batch.writeInt32BE(RECORDS_AT - LENGTH_END, LENGTH_AT);
  batch.writeInt32BE(lastOffset - baseOffset, LAST_OFFSET_DELTA_AT);
  batch.writeInt32BE(0, RECORD_COUNT_AT);
  return batch;
}

/** Marks the batch as stamped by the broker. */
export function stampedByBroker(batch: Buffer): Buffer {
  batch[ATTRIBUTES_LOW_BYTE]! |= 0x08;
  return batch;
}
