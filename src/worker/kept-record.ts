import type { InputRecord } from '../runtime/ports.ts';

/** A copy of a record that can be kept: what a reader hands out are views of a whole response, which would stay in memory with it. */
export function keptRecord(record: InputRecord): InputRecord {
  return {
    offset: record.offset,
    timestamp: record.timestamp,
    key: copy(record.key),
    value: copy(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copy(value) })),
  };
}

function copy(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
