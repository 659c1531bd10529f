/** Texts remembered; a power of two. */
const SLOTS = 1_024;
/** Longer texts are not remembered: they are no names. */
const MAX_BYTES = 64;

/**
 * Turns UTF-8 bytes that come again and again, such as names of symbols and sources, into the same string, without making one each time.
 * Bounded: a text takes the slot of another with the same hash.
 */
export class TextCache {
  readonly #bytes: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #texts: string[] = new Array(SLOTS).fill('');

  /** The text of `buffer[start, end)`, which lies within the buffer. */
  read(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_BYTES) return buffer.toString('utf8', start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + buffer[i]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#bytes[slot];
    if (known !== undefined && known.length === length && isAt(buffer, start, known)) return this.#texts[slot]!;
    const text = buffer.toString('utf8', start, end);
    this.#bytes[slot] = new Uint8Array(buffer.subarray(start, end));
    this.#texts[slot] = text;
    return text;
  }
}

function isAt(buffer: Buffer, start: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (buffer[start + i] !== bytes[i]) return false;
  return true;
}
