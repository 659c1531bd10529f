import { AbortedTransactionFilter } from '../../../src/kafka/aborted-transactions.ts';
import { decodeRecordSet } from '../../../src/kafka/record-batch.ts';
import { RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts';
import type { RecordHeader } from '../../../src/runtime/ports.ts';

/** Encoded headers as a reader finds them in the batch that carried them. */
export async function decodedHeaders(encodedHeaders: Buffer): Promise<readonly RecordHeader[]> {
  const writer = new RecordBatchWriter(1_000_000);
  writer.tryAdd({ partition: 0, key: 'k', value: 'v', timestamp: 0, encodedHeaders });
  const batch = writer.stamp({ producerId: 1n, producerEpoch: 0, firstSequence: 0, isTransactional: false });
  return (await decodeRecordSet(batch, 0, new AbortedTransactionFilter([]))).records.at(0).headers;
}
