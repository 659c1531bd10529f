import type { InputRecords } from '../runtime/ports.ts';
import { UndecodableError } from './errors.ts';

const NOTHING = Buffer.alloc(0);

/** First byte of every value in the Confluent wire format. */
export const MAGIC_BYTE = 0;
/** Magic byte and schema id, 4 bytes big-endian; the Avro bytes follow. */
export const HEADER_BYTES = 5;

/** The id of the schema that a value was written with. Throws UndecodableError where there is no value or it is not in the wire format. */
export function schemaIdOf(value: Buffer | null): number {
  return value === null ? schemaIdAt(NOTHING, -1, -1) : schemaIdAt(value, 0, value.length);
}

/** As `schemaIdOf`, of a value that lies in `bytes` between `start` and `end`; a start of -1 is no value. */
export function schemaIdAt(bytes: Buffer, start: number, end: number): number {
  if (start < 0) throw new UndecodableError('the record has no value');
  if (end - start < HEADER_BYTES) {
    throw new UndecodableError(`the value has ${end - start} bytes: too short for a magic byte and a schema id`);
  }
  if (bytes[start] !== MAGIC_BYTE) {
    throw new UndecodableError(
      `the value begins with byte ${bytes[start]}, not with the magic byte ${MAGIC_BYTE} of the Confluent wire format`,
    );
  }
  return readId(bytes, start);
}

/** The schema ids of values in the wire format; values that are none have none. */
export function schemaIdsOf(values: Iterable<Buffer | null>): Set<number> {
  const ids = new Set<number>();
  for (const value of values) if (value !== null && isWireFormat(value, 0, value.length)) ids.add(readId(value, 0));
  return ids;
}

/** The schema ids of all records' values. */
export function schemaIdsIn(records: InputRecords): Set<number> {
  const ids = new Set<number>();
  const { bytes, length } = records;
  let last = -1;
  for (let i = 0; i < length; i++) {
    const start = records.valueStart(i);
    if (start < 0 || !isWireFormat(bytes, start, records.valueEnd(i))) continue;
    const id = readId(bytes, start);
    if (id !== last) ids.add(id);
    last = id;
  }
  return ids;
}

function isWireFormat(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= HEADER_BYTES && bytes[start] === MAGIC_BYTE;
}

function readId(bytes: Buffer, start: number): number {
  return ((bytes[start + 1]! << 24) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 8) | bytes[start + 4]!) >>> 0;
}
