import type avro from 'avsc';
import type { InputRecords } from '../runtime/ports.ts';
import { asPoison } from './errors.ts';
import { PlansByRecords, planIn } from './prepared-plans.ts';
import { AvroReader } from './reader.ts';
import { type Resolver, readerType, resolve, writerType } from './resolution.ts';
import { HEADER_BYTES, schemaIdAt, schemaIdOf, schemaIdsIn, schemaIdsOf } from './wire.ts';
import { type SchemaSource, WriterSchemas } from './writer-schemas.ts';

/**
 * Decodes the records of a topic as records of one schema, the reader's, whatever compatible schema each was written with. Looking schemas
 * up (`prepare`, per batch) and decoding (`decode`, per record, without waiting) are apart.
 */
export class RecordDecoder<T> {
  readonly #resolvers: WriterSchemas<Resolver>;
  readonly #prepared: PlansByRecords<Resolver>;
  readonly #reader = new AvroReader();

  /** `shortcut` gives a faster way to read records of some writers' types, which the reader's can be resolved with; null for all others. */
  constructor(source: SchemaSource, readerSchema: object, shortcut: (writer: avro.Type) => Resolver | null = () => null) {
    const reader = readerType(readerSchema);
    this.#resolvers = new WriterSchemas(source, (schema) => {
      const writer = writerType(schema);
      const resolver = resolve(reader, writer);
      return shortcut(writer) ?? resolver;
    });
    this.#prepared = new PlansByRecords(this.#resolvers.known);
  }

  /** Loads the writers' schemas of `values`. Rejects with RegistryOutage: try again later. An unknown id does not reject here. */
  async prepare(values: Iterable<Buffer | null>): Promise<void> {
    await this.#resolvers.prepare(schemaIdsOf(values));
  }

  /** As `prepare`, for the values of all records; others may be prepared before these are decoded. */
  async prepareAll(records: InputRecords): Promise<void> {
    this.#prepared.set(records, await this.#resolvers.prepare(schemaIdsIn(records)));
  }

  /**
   * The record of a prepared value; null fields are null, longs and timestamps numbers, bytes buffers of their own. Throws
   * UndecodableError or UnknownSchemaError and nothing else for any bytes; an Error where the value was not prepared.
   */
  decode(value: Buffer | null): T {
    const resolver = planIn(this.#resolvers.known, schemaIdOf(value));
    return readResolved(this.#reader, resolver, value!, 0, value!.length) as T;
  }

  /** As `decode`, for the value of record `i`, after `prepareAll`. */
  decodeAt(records: InputRecords, i: number): T {
    const { bytes } = records;
    const [start, end] = [records.valueStart(i), records.valueEnd(i)];
    const resolver = this.#prepared.planOf(records, schemaIdAt(bytes, start, end));
    return readResolved(this.#reader, resolver, bytes, start, end) as T;
  }
}

/** The record of a value in the wire format between `start` and `end`; whatever is wrong with its bytes is an UndecodableError. */
export function readResolved(reader: AvroReader, resolver: Resolver, bytes: Buffer, start: number, end: number): unknown {
  reader.reset(bytes, start + HEADER_BYTES, end, start);
  try {
    const record = resolver._read(reader);
    reader.expectEnd();
    return record;
  } catch (error) {
    throw asPoison(error);
  } finally {
    reader.release();
  }
}
