import type { Tick } from '../domain/tick.ts';
import type { InputRecords } from '../runtime/ports.ts';
import { readResolved } from './decoder.ts';
import { UndecodableError } from './errors.ts';
import { schemas, type Tick as TickRecord } from './generated/records.ts';
import { PlansByRecords } from './prepared-plans.ts';
import { AvroReader } from './reader.ts';
import { type Layout, type Resolver, readerType, resolve, skipAfter, writerType } from './resolution.ts';
import { TextCache } from './text-cache.ts';
import { HEADER_BYTES, schemaIdAt, schemaIdsIn } from './wire.ts';
import { type SchemaSource, WriterSchemas } from './writer-schemas.ts';

/** Records that begin with these fields are read field by field, whatever follows them; all others through a resolver. */
const LAYOUT: Layout = [
  ['symbol', 'string'],
  ['event_time', 'long'],
  ['bid', 'double'],
  ['ask', 'double'],
  ['last', ['null', 'double']],
  ['volume', ['null', 'double']],
  ['seq', ['null', 'long']],
  ['source_id', 'string'],
];

/** How records of a writer's schema are read. */
interface Plan {
  readonly resolver: Resolver;
  /** Passes over what follows the fields of LAYOUT; null where a record does not begin with them. */
  readonly skipRest: ((reader: AvroReader) => void) | null;
}

/** Decodes ticks into a Tick of the caller's: the one decoder that every record of the input passes, so it makes no objects. */
export class TickDecoder {
  readonly #plans: WriterSchemas<Plan>;
  readonly #prepared: PlansByRecords<Plan>;
  readonly #reader = new AvroReader();
  readonly #symbols = new TextCache();
  readonly #sources = new TextCache();

  constructor(source: SchemaSource) {
    const reader = readerType(schemas.tick);
    this.#plans = new WriterSchemas(source, (schema) => {
      const writer = writerType(schema);
      return { resolver: resolve(reader, writer), skipRest: skipAfter(LAYOUT, writer) };
    });
    this.#prepared = new PlansByRecords(this.#plans.known);
  }

  /** Loads the writers' schemas of all records. Rejects with RegistryOutage: try again later. An unknown id does not reject here. */
  async prepare(records: InputRecords): Promise<void> {
    this.#prepared.set(records, await this.#plans.prepare(schemaIdsIn(records)));
  }

  /**
   * Fills `tick`, but for its key, from the value of record `i`, which has been prepared. Throws UndecodableError or UnknownSchemaError and
   * nothing else for any bytes; `tick` is then half filled.
   */
  decodeInto(records: InputRecords, i: number, tick: Tick): void {
    const { bytes } = records;
    const start = records.valueStart(i);
    const end = records.valueEnd(i);
    const plan = this.#prepared.planOf(records, schemaIdAt(bytes, start, end));
    if (plan.skipRest === null) fill(tick, readResolved(this.#reader, plan.resolver, bytes, start, end) as TickRecord);
    else this.#readFields(bytes, start, end, tick, plan.skipRest);
  }

  #readFields(bytes: Buffer, start: number, end: number, tick: Tick, skipRest: (reader: AvroReader) => void): void {
    const reader = this.#reader;
    reader.reset(bytes, start + HEADER_BYTES, end, start);
    tick.symbol = this.#readText(this.#symbols);
    tick.eventTime = reader.readLong();
    tick.bid = reader.readDouble();
    tick.ask = reader.readDouble();
    tick.hasLast = isPresent(reader);
    tick.last = tick.hasLast ? reader.readDouble() : 0;
    tick.hasVolume = isPresent(reader);
    tick.volume = tick.hasVolume ? reader.readDouble() : 0;
    tick.hasSeq = isPresent(reader);
    tick.seq = tick.hasSeq ? reader.readLong() : 0;
    tick.sourceId = this.#readText(this.#sources);
    skipRest(reader);
    reader.expectEnd();
  }

  #readText(texts: TextCache): string {
    const reader = this.#reader;
    const length = reader.readLong();
    const start = reader.take(length);
    return texts.read(reader.buf, start, start + length);
  }
}

/** Reads which branch of ["null", T] follows. */
function isPresent(reader: AvroReader): boolean {
  const branch = reader.readLong();
  if (branch !== 0 && branch !== 1) throw new UndecodableError(`the union before byte ${reader.pos} has no branch ${branch}`);
  return branch === 1;
}

function fill(tick: Tick, record: TickRecord): void {
  tick.symbol = record.symbol;
  tick.eventTime = record.event_time;
  tick.bid = record.bid;
  tick.ask = record.ask;
  tick.hasLast = record.last !== null;
  tick.last = record.last ?? 0;
  tick.hasVolume = record.volume !== null;
  tick.volume = record.volume ?? 0;
  tick.hasSeq = record.seq !== null;
  tick.seq = record.seq ?? 0;
  tick.sourceId = record.source_id;
}
