import type { InputRecord } from '../runtime/ports.ts';

/** A copy of a record that can be kept: what a reader hands out are views of a whole response, which would stay in memory with it. */
export function keptRecord(record: InputRecord): InputRecord {
  return {
    offset: record.offset,
    timestamp: record.timestamp,
    key: copyOf(record.key),
    value: copyOf(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copyOf(value) })),
  };
}

/** The same bytes in memory of their own. */
export function copyOf(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
