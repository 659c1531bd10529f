import { BufferPool } from './buffer-pool.ts';

/** Shorter messages get a buffer of their own: they are many, and none is large. */
const LEAST_POOLED_BYTES = 65_536;
/** Kept for the next, at the most; longer ones are not kept, bytes. */
const MAX_KEPT = 8;
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Memory for the messages of brokers. The answers to fetches are what a worker reads, a hundred MB a second under load: made anew for each, they leave
 * the C library's heap so full of holes that the process keeps twice the memory it uses.
 */
class FramePool {
  readonly #pool = new BufferPool(MAX_KEPT, MAX_KEPT_BYTES);
  /** What was handed out and may come back. */
  readonly #lent = new WeakSet<ArrayBufferLike>();

  /** A buffer of `length` bytes, whose bytes are anything. */
  take(length: number): Buffer {
    if (length < LEAST_POOLED_BYTES) return Buffer.allocUnsafe(length);
    const buffer = this.#pool.take(length);
    this.#lent.add(buffer.buffer);
    return buffer.subarray(0, length);
  }

  /** Takes back the memory that `part` lies in, which nobody may use any more. Does nothing where it is not from here. */
  giveBack(part: Buffer): void {
    const memory = part.buffer;
    if (!this.#lent.delete(memory)) return;
    this.#pool.give(Buffer.from(memory));
  }
}

/** Of all connections of the process. */
export const FRAMES = new FramePool();
