/**
 * Buffers that are used again and again. A buffer made for each batch is memory outside of V8's heap, and it is how much of that comes and goes
 * that decides how often V8 collects the whole heap.
 */
export class BufferPool {
  readonly #maxKept: number;
  readonly #maxKeptBytes: number;
  readonly #free: Buffer[] = [];

  /** Keeps at most `maxKept` buffers, none of more than `maxKeptBytes`. */
  constructor(maxKept = 32, maxKeptBytes = 1_048_576) {
    this.#maxKept = maxKept;
    this.#maxKeptBytes = maxKeptBytes;
  }

  /** A buffer of at least `bytes`, whose bytes are anything. */
  take(bytes: number): Buffer {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const { length } = this.#free[i]!;
      if (length >= bytes && (best < 0 || length < this.#free[best]!.length)) best = i;
    }
    if (best < 0) return Buffer.allocUnsafeSlow(bytes);
    const [buffer] = this.#free.splice(best, 1);
    return buffer!;
  }

  /** Takes back a buffer that nobody uses any more. */
  give(buffer: Buffer): void {
    if (buffer.length <= this.#maxKeptBytes && this.#free.length < this.#maxKept) this.#free.push(buffer);
  }
}
