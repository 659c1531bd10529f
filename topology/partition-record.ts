import type { PartitionRule } from './partition-table.ts';

/** Key of the control record that says which partition rule a cluster was laid out by. No symbol may be called so. */
export const PARTITION_RECORD_KEY = 'topology';

const FORMAT = 1;

/** The rule as the value of that record: JSON, so that clients of any language can find a symbol's partition. */
export function encodePartitionRule(rule: PartitionRule): string {
  return JSON.stringify({ format: FORMAT, shared_partitions: rule.sharedPartitions, symbols: rule.symbols });
}

/** Reads it back; null where the text is something else. Throws where it was written by a newer version. */
export function decodePartitionRule(text: string): PartitionRule | null {
  let value: { format?: unknown; shared_partitions?: unknown; symbols?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value?.format === 'number' && value.format > FORMAT) {
    throw new Error(`the partition table in control has format ${value.format}; this version reads ${FORMAT}`);
  }
  if (typeof value?.shared_partitions !== 'number' || !Array.isArray(value.symbols)) return null;
  return { sharedPartitions: value.shared_partitions, symbols: value.symbols.map(String) };
}
