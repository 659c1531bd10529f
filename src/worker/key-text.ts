import type { InputRecords } from '../runtime/ports.ts';

/** Keys as text, without a new string for a key that repeats: a partition mostly carries one symbol. */
export class KeyText {
  #bytes: Buffer = Buffer.alloc(0);
  #text = '';

  /** The key's text; '' for an absent key. */
  of(key: Buffer | null): string {
    return key === null ? '' : this.#textOf(key, 0, key.length);
  }

  /** The text of record i's key; '' for an absent key. */
  at(records: InputRecords, i: number): string {
    const start = records.keyStart(i);
    return start < 0 ? '' : this.#textOf(records.bytes, start, records.keyEnd(i));
  }

  #textOf(bytes: Buffer, start: number, end: number): string {
    if (end - start !== this.#bytes.length || !isAt(bytes, start, this.#bytes)) {
      this.#bytes = Buffer.from(bytes.subarray(start, end));
      this.#text = this.#bytes.toString('utf8');
    }
    return this.#text;
  }
}

function isAt(buffer: Buffer, start: number, bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (buffer[start + i] !== bytes[i]) return false;
  return true;
}
