import { FRAMES } from './frame-pool.ts';

/** Bytes of the length that goes before every message of the protocol. */
const LENGTH_BYTES = 4;
/** No broker sends a longer one: bytes that say so are another protocol's, TLS or HTTP mostly. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Puts the messages of a connection together: each is handed on whole, with its length before it, in a buffer of its own. kafkajs would keep every
 * piece that comes from the socket and copy them all once the last is there; so the pieces can be read into the same small buffer, and what a
 * large answer takes is its size, once.
 */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Buffer | null = null;
  #frameFilled = 0;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes of the connection; they are copied. Throws where they are no messages of Kafka's protocol; nothing more may come then. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at = this.#frame === null ? this.#takeLength(bytes, at) : this.#takeBody(this.#frame, bytes, at);
  }

  #takeLength(bytes: Uint8Array, from: number): number {
    let at = from;
    while (this.#lengthFilled < LENGTH_BYTES && at < bytes.length) this.#length[this.#lengthFilled++] = bytes[at++]!;
    if (this.#lengthFilled < LENGTH_BYTES) return at;
    const length = this.#length.readUInt32BE(0);
    if (length > MOST_BYTES)
      throw new Error(`a message of ${length} bytes: whoever answers there does not speak Kafka's protocol, or only over TLS`);
    const frame = FRAMES.take(LENGTH_BYTES + length);
    this.#length.copy(frame);
    this.#lengthFilled = 0;
    this.#frameFilled = LENGTH_BYTES;
    if (frame.length === LENGTH_BYTES) this.#onFrame(frame);
    else this.#frame = frame;
    return at;
  }

  #takeBody(frame: Buffer, bytes: Uint8Array, from: number): number {
    const end = Math.min(bytes.length, from + frame.length - this.#frameFilled);
    frame.set(bytes.subarray(from, end), this.#frameFilled);
    this.#frameFilled += end - from;
    if (this.#frameFilled === frame.length) {
      this.#frame = null;
      this.#onFrame(frame);
    }
    return end;
  }
}
