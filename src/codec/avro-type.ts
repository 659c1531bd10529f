import avro from 'avsc';
import { putLong } from './varint.ts';

/** What of avsc's writing cursor is used here. */
interface WritingTap {
  buf: Buffer;
  pos: number;
  writeDouble(value: number): void;
}

/** What of a reading cursor is used here: AvroReader. */
interface ReadingTap {
  readLong(): number;
}

/** Called by avsc with each value that does not fit. */
type InvalidHook = (value: unknown, type: unknown) => void;

/** What of a primitive type's schema says more than its name. */
interface PrimitiveSchema {
  readonly type?: unknown;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
}

/** A type as avsc resolves it, with what its numbers mean. */
interface MeaningfulType extends avro.Type {
  readonly meaning?: string;
  _update(resolver: object, writer: MeaningfulType): void;
}

/** Logical types of numbers: of two that differ, neither holds what the other does. All others say nothing that reading depends on. */
const MEANINGS: ReadonlySet<unknown> = new Set([
  'date',
  ...['time', 'timestamp', 'local-timestamp'].flatMap((name) => ['millis', 'micros', 'nanos'].map((unit) => `${name}-${unit}`)),
]);

/** Which doubles may be written: `finite` all but NaN and the infinities, `number` all but NaN. */
export type DoubleRule = 'finite' | 'number';

/** avsc's long over the whole range of safe integers; its own loses or mangles those beyond 2^52. */
class ExactLong extends avro.types.LongType {
  _check(value: unknown, _flags: unknown, hook?: InvalidHook): boolean {
    const fits = Number.isSafeInteger(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  _read(tap: ReadingTap): number {
    return tap.readLong();
  }

  _write(tap: WritingTap, value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`);
    tap.pos = putLong(tap.buf, tap.pos, value);
  }
}

/** avsc's double without NaN and the infinities, which it would write as they are: absent values are null on the wire. */
class FiniteDouble extends avro.types.DoubleType {
  _check(value: unknown, _flags: unknown, hook?: InvalidHook): boolean {
    const fits = Number.isFinite(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  _write(tap: WritingTap, value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is no finite number`);
    tap.writeDouble(value);
  }
}

/** The same with the infinities: what a state record may have to remember, so that it goes on with the same bits. */
class NumberDouble extends avro.types.DoubleType {
  _check(value: unknown, _flags: unknown, hook?: InvalidHook): boolean {
    const fits = typeof value === 'number' && !Number.isNaN(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  _write(tap: WritingTap, value: number): void {
    if (typeof value !== 'number' || Number.isNaN(value)) throw new RangeError(`${value} is no number`);
    tap.writeDouble(value);
  }
}

/** Gives the type of a part of a schema, undefined where avsc is to make it. */
export type TypeHook = NonNullable<NonNullable<Parameters<typeof avro.Type.forSchema>[1]>['typeHook']>;

/**
 * The avsc type of a schema, with exact longs and checked doubles. Logical types stay what they are made of (timestamp-millis: a number of
 * ms), but none is read as another. `hook` comes before all that. Throws avsc's error where the schema is none.
 */
export function avroType(schema: object, doubles: DoubleRule = 'finite', hook: TypeHook = () => undefined): avro.Type {
  return avro.Type.forSchema(schema as avro.Type, {
    omitRecordMethods: true,
    typeHook: (part, options) => hook(part, options) ?? numberType(part, doubles) ?? undefined,
  });
}

/** The type of a primitive that is ours to make, null where it is not. */
function numberType(part: unknown, doubles: DoubleRule): avro.Type | null {
  const { type: name, ...attributes } = typeof part === 'object' && part !== null ? (part as PrimitiveSchema) : { type: part };
  const meaning = meaningOf(attributes);
  switch (name) {
    case 'long':
      return withMeaning(new ExactLong(), meaning);
    case 'double':
      return doubles === 'finite' ? new FiniteDouble() : new NumberDouble();
    case 'int':
      return meaning === null ? null : withMeaning(new avro.types.IntType(), meaning);
    case 'bytes':
      return meaning === null ? null : withMeaning(new avro.types.BytesType(), meaning);
    default:
      return null;
  }
}

/** What the numbers of a type mean, in words that only the same meaning has; null where nothing is said. */
function meaningOf({ logicalType, precision, scale = 0 }: PrimitiveSchema): string | null {
  if (logicalType === 'decimal') return `decimal(${precision}, ${scale})`;
  return MEANINGS.has(logicalType) ? logicalType! : null;
}

/** The type, reading no numbers of another meaning: a count of microseconds is no count of milliseconds. */
function withMeaning(type: avro.Type, meaning: string | null): avro.Type {
  if (meaning === null) return type;
  const _update: MeaningfulType['_update'] = (resolver, writer) => {
    if ((writer.meaning ?? meaning) !== meaning) throw new Error(`cannot read ${writer.meaning} as ${meaning}`);
    (type as MeaningfulType)._update(resolver, writer);
  };
  // avsc freezes its types.
  return Object.create(type, { meaning: { value: meaning }, _update: { value: _update } }) as avro.Type;
}

/**
 * How a value of avsc type `type` must change to fit it, for a message: paths and values, at most three of them. Empty where it fits.
 */
export function misfits(type: avro.Type, value: unknown): string {
  const found: string[] = [];
  type.isValid(value, {
    errorHook: (path, part) => {
      if (found.length < 3) found.push(`${path.join('.') || 'value'} is ${describe(part)}`);
    },
  });
  return found.join(', ');
}

function describe(part: unknown): string {
  return typeof part === 'object' && part !== null ? `of the wrong type (${Array.isArray(part) ? 'array' : 'object'})` : String(part);
}
