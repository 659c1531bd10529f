/**
 * Trace and span ids made from where a record lies, so that a replay gives the same ones: 32-bit steps of murmur3, cheap enough for every
 * bar. They are no secrets, and two clusters whose topics have the same names give the same ids.
 */

/** Takes a 32-bit word into a state. */
export function mix(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = state ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Takes in a whole number: safe integers that differ give words that differ. */
export function mixNumber(state: number, value: number): number {
  return mix(mix(state, value | 0), Math.floor(value / 0x1_0000_0000) | 0);
}

/** Takes in a text, by its UTF-16 code units. */
export function mixText(state: number, text: string): number {
  let mixed = mix(state, text.length);
  for (let i = 0; i < text.length; i++) mixed = mix(mixed, text.charCodeAt(i));
  return mixed;
}

/** Spreads what was taken in over all bits. */
export function finish(state: number): number {
  let h = state ^ (state >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** States to begin the words of an id from, as different as their place and the text. */
export function seedsOf(text: string, words: number): Int32Array {
  return Int32Array.from({ length: words }, (_, place) => mixText(Math.imul(place + 1, 0x9e3779b9), text));
}

/** Words of a trace id, and of a span id. */
export const TRACE_WORDS = 4;
export const SPAN_WORDS = 2;
const WORD_DIGITS = 8;
const DIGITS = Buffer.from('0123456789abcdef');

/** Writes the trace id of a number, from seeds of TRACE_WORDS words, as hexadecimal digits. Zeros alone would be no id, so it never has them. */
export function putTraceId(bytes: Buffer, at: number, seeds: Int32Array, value: number): void {
  let bits = 0;
  for (let word = 0; word < TRACE_WORDS; word++) {
    let id = finish(mixNumber(seeds[word]!, value));
    bits |= id;
    if (word === TRACE_WORDS - 1 && bits === 0) id = 1;
    putHex(bytes, at + word * WORD_DIGITS, id);
  }
}

/** Writes a span id as hexadecimal digits. Zeros alone would be no id, so it never has them. */
export function putSpanId(bytes: Buffer, at: number, first: number, second: number): void {
  putHex(bytes, at, first);
  putHex(bytes, at + WORD_DIGITS, (first | second) === 0 ? 1 : second);
}

/** Writes a 32-bit word as 8 lower-case hexadecimal digits. */
function putHex(bytes: Buffer, at: number, word: number): void {
  for (let byte = 0; byte < 4; byte++) {
    const value = (word >>> (24 - 8 * byte)) & 0xff;
    bytes[at + 2 * byte] = DIGITS[value >>> 4]!;
    bytes[at + 2 * byte + 1] = DIGITS[value & 0xf]!;
  }
}
