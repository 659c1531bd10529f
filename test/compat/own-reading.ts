/** The records of our topics as our own consumer reads them, in the form that the programs of other languages print. */
import { FeatureConsumer } from '../../src/clients/feature-consumer.ts';
import type { Installation } from '../integration/worker/installation.ts';
import type { PrintedRecord } from './programs.ts';

/** The topics that anyone may read. */
export const ALL_TOPICS = ['ticks', 'clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters'] as const;

/** All committed records of a topic. */
export async function printedBy(installation: Installation, topic: (typeof ALL_TOPICS)[number]): Promise<PrintedRecord[]> {
  const records: PrintedRecord[] = [];
  for await (const { key, headers, value, schemaId: _, ...place } of new FeatureConsumer(installation).read(topic)) {
    records.push({
      ...place,
      key: key!,
      headers: headers.map((header) => [header.key, header.value?.toString('base64') ?? null]),
      value: plain(value) as PrintedRecord['value'],
    });
  }
  return records;
}

/** A decoded value with its bytes as base64. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
