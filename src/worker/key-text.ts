/** Keys as text, without a new string for a key that repeats: a partition mostly carries one symbol. */
export class KeyText {
  #bytes: Buffer = Buffer.alloc(0);
  #text = '';

  /** The key's text; '' for an absent key. */
  of(key: Buffer | null): string {
    if (key === null) return '';
    if (!key.equals(this.#bytes)) {
      this.#bytes = Buffer.from(key);
      this.#text = key.toString('utf8');
    }
    return this.#text;
  }
}
