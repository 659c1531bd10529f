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
  /** The one read before: mostly the next is the same. */
  #lastBytes: Uint8Array = new Uint8Array(0);
  #lastText = '';

  /** The text of `buffer[start, end)`, which lies within the buffer. */
  read(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === this.#lastBytes.length && isAt(buffer, start, this.#lastBytes)) return this.#lastText;
    if (length > MAX_BYTES) return buffer.toString('utf8', start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + buffer[i]!) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    let bytes = this.#bytes[slot];
    if (bytes === undefined || bytes.length !== length || !isAt(buffer, start, bytes)) {
      bytes = new Uint8Array(buffer.subarray(start, end));
      this.#bytes[slot] = bytes;
      this.#texts[slot] = buffer.toString('utf8', start, end);
    }
    this.#lastBytes = bytes;
    this.#lastText = this.#texts[slot]!;
    return this.#lastText;
  }
}

function isAt(buffer: Buffer, start: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (buffer[start + i] !== bytes[i]) return false;
  return true;
}
