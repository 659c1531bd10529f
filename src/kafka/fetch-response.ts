import type { AbortedTransaction } from './aborted-transactions.ts';
import { readInt64 } from './record-batch.ts';

/** One partition's part of a Fetch response, its record batches not yet decoded. */
export interface PartitionResponse {
  topic: string;
  partition: number;
  /** Of the Kafka protocol; 0 is success. The offsets are -1 where it is not 0. */
  errorCode: number;
  highWatermark: number;
  lastStableOffset: number;
  abortedTransactions: AbortedTransaction[];
  /** Record batches; a view of the response. */
  batches: Buffer;
}

/** Decodes a Fetch response of version 11. `errorCode` is that of the request as a whole. */
export function decodeFetchResponse(response: Buffer): { errorCode: number; partitions: PartitionResponse[] } {
  const throttleTimeSize = 4;
  const errorCode = response.readInt16BE(throttleTimeSize);
  const sessionIdEnd = throttleTimeSize + 2 + 4;
  const reader = new Reader(response, sessionIdEnd);
  const partitions: PartitionResponse[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) partitions.push(decodePartition(reader, topic));
  }
  return { errorCode, partitions };
}

function decodePartition(reader: Reader, topic: string): PartitionResponse {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffsetSize = 8;
  reader.skip(logStartOffsetSize);
  const abortedTransactions: AbortedTransaction[] = [];
  // -1, no list at all, under read_uncommitted.
  for (let count = reader.int32(); count > 0; count--) {
    abortedTransactions.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  }
  const preferredReadReplicaSize = 4;
  reader.skip(preferredReadReplicaSize);
  return { topic, partition, errorCode, highWatermark, lastStableOffset, abortedTransactions, batches: reader.bytes() };
}

/** Reads the fixed-size fields of the protocol one after the other. */
class Reader {
  #at: number;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#buffer.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return readInt64(this.#buffer, this.#at - 8);
  }

  string(): string {
    return this.#view(this.int16()).toString('utf8');
  }

  /** Empty where the length is -1. */
  bytes(): Buffer {
    return this.#view(Math.max(this.int32(), 0));
  }

  #view(length: number): Buffer {
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }
}
