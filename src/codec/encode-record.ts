import type avro from 'avsc';
import { avroType, misfits } from './avro-type.ts';
import { type Records, type SchemaName, schemas } from './generated/records.ts';
import { HEADER_BYTES, MAGIC_BYTE } from './wire.ts';

/** Records that a task reads back itself and must find bit for bit, an overflowed sum included; all others hold finite doubles only. */
const STATE_RECORDS: ReadonlySet<SchemaName> = new Set<SchemaName>(['clean-state', 'tier1-state', 'join-state']);

const types = new Map<SchemaName, avro.Type>();

/**
 * A record of schemas/ as bytes in the Confluent wire format under `schemaId`: for everything but the hot paths, which have encoders of
 * their own. Throws where the value does not fit the schema, naming the field; NaN fits nowhere, an infinity in state records only.
 */
export function encodeRecord<Name extends SchemaName>(name: Name, schemaId: number, value: Records[Name]): Buffer {
  const type = typeOf(name);
  let body: Buffer;
  try {
    body = type.toBuffer(value);
  } catch (error) {
    throw new RangeError(`${schemas[name].name} cannot be encoded: ${misfits(type, value) || error}`, { cause: error });
  }
  const record = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  record[0] = MAGIC_BYTE;
  record.writeUInt32BE(schemaId, 1);
  body.copy(record, HEADER_BYTES);
  return record;
}

function typeOf(name: SchemaName): avro.Type {
  let type = types.get(name);
  if (type === undefined) {
    type = avroType(schemas[name], STATE_RECORDS.has(name) ? 'number' : 'finite');
    types.set(name, type);
  }
  return type;
}
