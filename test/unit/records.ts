import { RecordBlock } from '../../src/kafka/record-block.ts';
import type { InputRecord, InputRecords } from '../../src/runtime/ports.ts';

/** Records as a reader would hand them out: side by side in the same bytes. */
export function recordsOf(records: readonly InputRecord[]): RecordBlock {
  const parts = records.flatMap(({ key, value }) => [key, value].filter((part) => part !== null));
  const block = new RecordBlock(Buffer.concat(parts), (_, at) => records[at]!.headers);
  block.reserve(records.length);
  let end = 0;
  const place = (part: Buffer | null): [number, number] => {
    if (part === null) return [-1, -1];
    end += part.length;
    return [end - part.length, end];
  };
  records.forEach(({ offset, timestamp, key, value, headers }, i) => {
    block.add(offset, timestamp, ...place(key), ...place(value), headers.length === 0 ? -1 : i);
  });
  return block;
}

/** Values as the records of a partition, from offset 0 on. */
export function valuesAsRecords(values: readonly (Buffer | null)[]): InputRecords {
  return recordsOf(values.map((value, offset) => ({ offset, timestamp: 0, key: null, value, headers: [] })));
}
