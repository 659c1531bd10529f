import { UndecodableError } from './errors.ts';

/** First byte of every value in the Confluent wire format. */
export const MAGIC_BYTE = 0;
/** Magic byte and schema id, 4 bytes big-endian; the Avro bytes follow. */
export const HEADER_BYTES = 5;

/** The id of the schema that a value was written with. Throws UndecodableError where there is no value or it is not in the wire format. */
export function schemaIdOf(value: Buffer | null): number {
  if (value === null) throw new UndecodableError('the record has no value');
  if (value.length < HEADER_BYTES) {
    throw new UndecodableError(`the value has ${value.length} bytes: too short for a magic byte and a schema id`);
  }
  if (value[0] !== MAGIC_BYTE) {
    throw new UndecodableError(
      `the value begins with byte ${value[0]}, not with the magic byte ${MAGIC_BYTE} of the Confluent wire format`,
    );
  }
  return schemaIdAt(value);
}

/** The schema id of a value in the wire format, or -1 where the value is none. */
export function peekSchemaId(value: Buffer | null): number {
  return value === null || value.length < HEADER_BYTES || value[0] !== MAGIC_BYTE ? -1 : schemaIdAt(value);
}

function schemaIdAt(value: Buffer): number {
  return ((value[1]! << 24) | (value[2]! << 16) | (value[3]! << 8) | value[4]!) >>> 0;
}
