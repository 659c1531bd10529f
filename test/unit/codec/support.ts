import avro from 'avsc';
import fc from 'fast-check';
import { UnknownSchemaError } from '../../../src/codec/errors.ts';
import type { SchemaSource } from '../../../src/codec/writer-schemas.ts';
import type { Tick } from '../../../src/domain/tick.ts';

/** Every run of these tests draws the same cases. */
export const SEED = 20_261_123;

/** A fixed set of schemas under their ids: what a registry is to a decoder. Counts the look-ups. */
export class FixedSchemas implements SchemaSource {
  lookups = 0;
  readonly #schemas: ReadonlyMap<number, object>;

  constructor(schemas: Record<number, object>) {
    this.#schemas = new Map(Object.entries(schemas).map(([id, schema]) => [Number(id), schema]));
  }

  async schemaById(id: number): Promise<object> {
    this.lookups++;
    const schema = this.#schemas.get(id);
    if (schema === undefined) throw new UnknownSchemaError(id, 'http://test');
    return schema;
  }
}

/** A value in the wire format: magic byte, schema id, Avro bytes. */
export function framed(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(id, 1);
  return Buffer.concat([header, body]);
}

/** avsc as it is, without anything of ours: the reference that our bytes are read back with. */
export function reference(schema: object): avro.Type {
  return avro.Type.forSchema(schema as avro.Type);
}

/** A number that goes on the wire. */
export const finiteDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
/** A number or the null of the domain. */
export const nullableDouble = fc.oneof({ weight: 3, arbitrary: finiteDouble }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
/** A long that avsc reads and writes correctly; beyond 2^52 it does not. */
export const long = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger().map((value) => Math.floor(value / 2)),
);
/** Names as they are, and names as they should not be. */
export const text = fc.oneof(fc.constantFrom('EURUSD', 'GBPUSD', 'venue-1', ''), fc.string({ unit: 'grapheme', maxLength: 80 }));

/** A tick as a source fills it, absent numbers as 0. */
export const tick: fc.Arbitrary<Tick> = fc
  .record({
    symbol: text,
    eventTime: long,
    bid: finiteDouble,
    ask: finiteDouble,
    last: fc.option(finiteDouble),
    volume: fc.option(finiteDouble),
    seq: fc.option(long),
    sourceId: text,
  })
  .map(({ last, volume, seq, ...rest }) => ({
    key: null,
    ...rest,
    hasLast: last !== null,
    last: last ?? 0,
    hasVolume: volume !== null,
    volume: volume ?? 0,
    hasSeq: seq !== null,
    seq: seq ?? 0,
  }));

/** The domain's null on the wire. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
