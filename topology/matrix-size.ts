import type { Universe } from '../src/domain/settings.ts';
import { TIMEFRAMES } from '../src/domain/timeframe.ts';

/** Magic byte and schema id. */
const WIRE_HEADER_BYTES = 5;
const DOUBLE_BYTES = 8;
/** The branch of a union with null. */
const BRANCH_BYTES = 1;
/** Of a safe integer: a version or a time. */
const LONG_BYTES = 8;
/** The longest of the timeframes' names with its length. */
const TIMEFRAME_BYTES = Math.max(...TIMEFRAMES.map(textBytes));
const METRICS = 3;
/** A record batch of Kafka's that holds one record: the batch's header, and the record's attributes, deltas and number of headers. */
const BATCH_BYTES = 61;
const RECORD_BYTES = 4;
/** The headers of fixed length, keys and values (docs/tracing.md): traceparent, and when the matrix went out. */
const FIXED_HEADERS_BYTES =
  textBytes('traceparent') + textBytes('0'.repeat(55)) + textBytes('arbitrex-emitted') + textBytes('0'.repeat(13));
/** The longest position of a record: the longest name that Kafka gives a topic, a partition of 10 digits, an offset of 16. */
const POSITION_CHARS = 249 + 1 + 10 + 1 + 16;
const INPUT_HEADER_BYTES = textBytes('arbitrex-input') + textBytes('0'.repeat(POSITION_CHARS));
/** Of each symbol in the header that says where the records lie that a matrix has joined. */
const LINK_BYTES = 12;

/** The most bytes that any matrix of these universes takes in its topic; 0 where there is no universe. */
export function largestMatrixBytes(universes: readonly Universe[], window: number): number {
  return Math.max(0, ...universes.map((universe) => worstMatrixBytes(universe, window)));
}

/** Bytes of a matrix in its topic as `worstMatrixBytes` has them, but with no pair among the strong ones: what hardly any matrix exceeds by much. */
export function plainMatrixBytes(universe: Universe, window: number): number {
  return matrixBytes(universe, window, false);
}

/**
 * The most bytes that a matrix of a universe takes in its topic, batch, key and headers included: every symbol has a std and every pair a rho, and one
 * above 0.85, so that it is listed by name as well; all symbols but the one with the shortest name are missing. `window` bounds the counts.
 */
export function worstMatrixBytes(universe: Universe, window: number): number {
  return matrixBytes(universe, window, true);
}

function matrixBytes({ name, symbols }: Universe, window: number, allStrong: boolean): number {
  const names = symbols.map(textBytes);
  const allNames = names.reduce((sum, bytes) => sum + bytes, 0);
  const [count, pairs] = [symbols.length, (symbols.length * (symbols.length - 1)) / 2];
  const value = [
    WIRE_HEADER_BYTES,
    textBytes(name),
    TIMEFRAME_BYTES,
    LONG_BYTES,
    BRANCH_BYTES + LONG_BYTES,
    2 * LONG_BYTES,
    varintBytes(window),
    arrayBytes(count, allNames),
    arrayBytes(pairs + count, (pairs + count) * (BRANCH_BYTES + DOUBLE_BYTES)),
    arrayBytes(pairs + count, (pairs + count) * varintBytes(window)),
    arrayBytes(count, count * (BRANCH_BYTES + DOUBLE_BYTES)),
    textBytes('partial'),
    arrayBytes(count - 1, allNames - Math.min(...names)),
    METRICS * (BRANCH_BYTES + DOUBLE_BYTES),
    // Each symbol is named in a pair with each other one.
    allStrong ? arrayBytes(pairs, (count - 1) * allNames + pairs * DOUBLE_BYTES) : arrayBytes(0, 0),
  ].reduce((sum, bytes) => sum + bytes, 0);
  const key = textBytes(name) + TIMEFRAME_BYTES;
  const record = RECORD_BYTES + key + varintBytes(value) + value + headersBytes(count);
  return BATCH_BYTES + varintBytes(record) + record;
}

/** How many symbols of the universe, from its first on, make a plain matrix of at most `limit` bytes; 0 where not even one does. */
export function symbolsThatFit({ name, symbols }: Universe, window: number, limit: number): number {
  let [low, high] = [0, symbols.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (plainMatrixBytes({ name, symbols: symbols.slice(0, middle) }, window) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The headers of a matrix of so many symbols. */
function headersBytes(symbols: number): number {
  const links = symbols * LINK_BYTES;
  return FIXED_HEADERS_BYTES + INPUT_HEADER_BYTES + textBytes('arbitrex-links') + varintBytes(links) + links;
}

/** An Avro array: one block with its length, where there is any item, and the end mark. */
function arrayBytes(items: number, bytes: number): number {
  return (items === 0 ? 0 : varintBytes(items) + bytes) + 1;
}

/** A text with its length. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return varintBytes(bytes) + bytes;
}

/** Bytes of the variable-length form, zigzag as Avro and Kafka have it, of a count. */
function varintBytes(count: number): number {
  let bytes = 1;
  for (let rest = 2 * count; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
