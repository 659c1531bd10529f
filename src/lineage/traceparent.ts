import type { RecordHeader } from '../runtime/ports.ts';
import { TRACEPARENT } from './header-names.ts';

/** Characters of a traceparent of version 00: `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`. */
export const TRACEPARENT_CHARS = 55;
/** Where its parts begin, in characters. */
export const TRACE_ID_AT = 3;
export const SPAN_ID_AT = 36;
const FLAGS_AT = 53;
/** One to write ids into. */
export const EMPTY_TRACEPARENT = `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`;
/** Nobody has recorded the trace, or whether somebody has is not known. */
export const NO_FLAGS = 0;

const SAMPLED_FLAG = 0x01;
const RANDOM_FLAG = 0x02;
const DASH = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;
const LOWER_F = 0x66;

/** The value of the record's last header of a key; undefined where it has none or that is null. */
export function lastHeader(headers: readonly RecordHeader[], key: string): Buffer | undefined {
  for (let i = headers.length - 1; i >= 0; i--) if (headers[i]!.key === key) return headers[i]!.value ?? undefined;
  return undefined;
}

/** The trace that a record belongs to, as the bytes of its traceparent; undefined where it has none that is valid by the W3C's rules. */
export function validTraceparent(headers: readonly RecordHeader[]): Buffer | undefined {
  const value = headers.length === 0 ? undefined : lastHeader(headers, TRACEPARENT);
  return value !== undefined && isTraceparent(value) ? value : undefined;
}

/** The flags of a valid traceparent that go with its trace: sampled and, of the version that knows it, random. */
export function traceFlags(traceparent: Buffer): number {
  const known = traceparent[0] === ZERO && traceparent[1] === ZERO ? SAMPLED_FLAG | RANDOM_FLAG : SAMPLED_FLAG;
  return hexValue(traceparent[FLAGS_AT + 1]!) & known;
}

/** Versions to come may be longer, and ff is none. Ids of zeros alone are invalid, and so are upper-case digits. */
function isTraceparent(value: Buffer): boolean {
  if (value.length < TRACEPARENT_CHARS) return false;
  if (value.length > TRACEPARENT_CHARS && (isVersion(value, ZERO) || value[TRACEPARENT_CHARS] !== DASH)) return false;
  if (value[TRACE_ID_AT - 1] !== DASH || value[SPAN_ID_AT - 1] !== DASH || value[FLAGS_AT - 1] !== DASH) return false;
  return (
    isHex(value, 0, TRACE_ID_AT - 1) &&
    !isVersion(value, LOWER_F) &&
    isHex(value, FLAGS_AT, TRACEPARENT_CHARS) &&
    isId(value, TRACE_ID_AT, SPAN_ID_AT - 1) &&
    isId(value, SPAN_ID_AT, FLAGS_AT - 1)
  );
}

function isVersion(value: Buffer, digit: number): boolean {
  return value[0] === digit && value[1] === digit;
}

function isId(value: Buffer, start: number, end: number): boolean {
  let isZero = true;
  for (let at = start; at < end; at++) isZero &&= value[at] === ZERO;
  return !isZero && isHex(value, start, end);
}

function isHex(value: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (hexValue(value[at]!) < 0) return false;
  return true;
}

/** -1 where it is no lower-case hexadecimal digit. */
function hexValue(char: number): number {
  if (char >= ZERO && char <= NINE) return char - ZERO;
  return char >= LOWER_A && char <= LOWER_F ? char - LOWER_A + 10 : -1;
}
