import { UndecodableError } from './errors.ts';

const NOTHING = Buffer.alloc(0);
/** Bytes of the longest varint: 64 bits, 7 a byte. */
const MAX_VARINT_BYTES = 10;
/** 2^27: what the first four bytes of a varint hold besides the sign. */
const HIGH_UNIT = 134_217_728;

/**
 * Reads Avro's binary encoding from a buffer, strictly: no byte beyond the end, no negative length, no varint over 64 bits, no number that
 * a double would round. Everything it refuses is an UndecodableError.
 *
 * It has the methods of avsc's own reader and stands in for it, because that one checks bounds only after the last field (an array that
 * claims 2^40 items exhausts memory first) and returns longs beyond 2^52 with the wrong sign.
 */
export class AvroReader {
  /** The next byte; avsc's skipping of array blocks moves it. */
  pos = 0;
  buf: Buffer = NOTHING;
  /** Every varint takes a byte, so more of them than bytes means that a hostile block size moved `pos` back. */
  #varintsLeft = 0;

  /** Starts over at `pos` of another buffer. */
  reset(buf: Buffer, pos: number): void {
    this.buf = buf;
    this.pos = pos;
    this.#varintsLeft = buf.length;
  }

  /** Lets go of the buffer. */
  release(): void {
    this.buf = NOTHING;
  }

  /** Throws where bytes are left. */
  expectEnd(): void {
    if (this.pos !== this.buf.length) {
      throw this.pos > this.buf.length ? this.#truncated() : new UndecodableError(`${this.buf.length - this.pos} bytes follow the record`);
    }
  }

  readLong(): number {
    const buf = this.buf;
    let pos = this.pos;
    if (pos < 0 || pos >= buf.length || this.#varintsLeft-- <= 0) throw this.#truncated();
    let byte = buf[pos++]!;
    const sign = byte & 1;
    let low = (byte & 0x7f) >> 1;
    if (byte < 0x80) {
      this.pos = pos;
      return sign === 0 ? low : ~low;
    }
    const length = buf.length;
    let shift = 6;
    while (shift < 27) {
      if (pos >= length) throw this.#truncated();
      byte = buf[pos++]!;
      low |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        this.pos = pos;
        return sign === 0 ? low : ~low;
      }
    }
    const start = this.pos;
    let high = 0;
    let unit = 1;
    do {
      if (pos >= length) throw this.#truncated();
      if (pos - start === MAX_VARINT_BYTES)
        throw new UndecodableError(`the number at byte ${start} takes more than ${MAX_VARINT_BYTES} bytes`);
      byte = buf[pos++]!;
      high += (byte & 0x7f) * unit;
      unit *= 128;
    } while (byte >= 0x80);
    this.pos = pos;
    const magnitude = high * HIGH_UNIT + low;
    const value = sign === 0 ? magnitude : -magnitude - 1;
    if (!Number.isSafeInteger(value)) throw new UndecodableError(`the long at byte ${start} is beyond 2^53`);
    return value;
  }

  readInt(): number {
    const start = this.pos;
    const value = this.readLong();
    if (value !== (value | 0)) throw new UndecodableError(`the int at byte ${start} is beyond 32 bits: ${value}`);
    return value;
  }

  readBoolean(): boolean {
    const byte = this.buf[this.take(1)]!;
    if (byte > 1) throw new UndecodableError(`the boolean at byte ${this.pos - 1} is ${byte}`);
    return byte === 1;
  }

  readFloat(): number {
    return this.buf.readFloatLE(this.take(4));
  }

  readDouble(): number {
    return this.buf.readDoubleLE(this.take(8));
  }

  /** A copy, so that a field kept for long does not keep the whole fetched batch. */
  readFixed(length: number): Buffer {
    const start = this.take(length);
    return Buffer.from(this.buf.subarray(start, start + length));
  }

  readBytes(): Buffer {
    return this.readFixed(this.readLong());
  }

  readString(): string {
    const length = this.readLong();
    const start = this.take(length);
    return this.buf.toString('utf8', start, start + length);
  }

  skipLong(): void {
    this.readLong();
  }

  skipInt(): void {
    this.readInt();
  }

  skipBoolean(): void {
    this.readBoolean();
  }

  skipFloat(): void {
    this.take(4);
  }

  skipDouble(): void {
    this.take(8);
  }

  skipFixed(length: number): void {
    this.take(length);
  }

  skipBytes(): void {
    this.take(this.readLong());
  }

  skipString(): void {
    this.take(this.readLong());
  }

  /** Moves over `length` bytes and returns where they begin. */
  take(length: number): number {
    const start = this.pos;
    if (length < 0) throw new UndecodableError(`the length before byte ${start} is negative: ${length}`);
    if (start < 0 || start + length > this.buf.length) throw this.#truncated();
    this.pos = start + length;
    return start;
  }

  #truncated(): UndecodableError {
    return new UndecodableError(`the value ends within a field: it has ${this.buf.length} bytes`);
  }
}
