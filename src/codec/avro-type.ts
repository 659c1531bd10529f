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

/**
 * The avsc type of a schema, with exact longs and checked doubles. Logical types stay what they are made of (timestamp-millis: a number of
 * ms). Throws avsc's error where the schema is none.
 */
export function avroType(schema: object, doubles: DoubleRule = 'finite'): avro.Type {
  return avro.Type.forSchema(schema as avro.Type, {
    omitRecordMethods: true,
    typeHook: (part) => {
      const name = typeof part === 'object' && 'type' in part ? part.type : part;
      if (name === 'long') return new ExactLong();
      if (name === 'double') return doubles === 'finite' ? new FiniteDouble() : new NumberDouble();
      return undefined;
    },
  });
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
