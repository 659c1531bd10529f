import { UndecodableError } from './errors.ts';

const NOTHING = Buffer.alloc(0);
const NO_VIEW = new DataView(NOTHING.buffer, 0, 0);
/** Bytes of the longest varint: 64 bits, 7 a byte. */
const MAX_VARINT_BYTES = 10;
/** How often a field is read at the most: more than one field of the reader may stand for it, by alias. */
const MOST_READS = 4;
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
  #view: DataView = NO_VIEW;
  /** No byte before or beyond is read. */
  #start = 0;
  #end = 0;
  /** What messages count bytes from. */
  #origin = 0;
  /** Every varint takes a byte, so many more of them than bytes mean that a hostile block size moved `pos` back. */
  #varintsLeft = 0;

  /** Starts over with the bytes of `buf` from `pos` to `end`; messages count them from `origin`. */
  reset(buf: Buffer, pos: number, end: number = buf.length, origin: number = 0): void {
    if (this.buf !== buf) {
      this.buf = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.length);
    }
    this.pos = pos;
    this.#start = pos;
    this.#end = end;
    this.#origin = origin;
    this.#varintsLeft = MOST_READS * (end - pos);
  }

  /** Lets go of the buffer. */
  release(): void {
    this.buf = NOTHING;
    this.#view = NO_VIEW;
  }

  /** Throws where bytes are left. */
  expectEnd(): void {
    if (this.pos !== this.#end) {
      throw this.pos > this.#end ? this.#truncated() : new UndecodableError(`${this.#end - this.pos} bytes follow the record`);
    }
  }

  readLong(): number {
    const buf = this.buf;
    let pos = this.pos;
    const end = this.#end;
    if (pos < this.#start || pos >= end || this.#varintsLeft-- <= 0) throw this.#truncated();
    let byte = buf[pos++]!;
    const sign = byte & 1;
    let low = (byte & 0x7f) >> 1;
    if (byte < 0x80) {
      this.pos = pos;
      return sign === 0 ? low : ~low;
    }
    let shift = 6;
    while (shift < 27) {
      if (pos >= end) throw this.#truncated();
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
      if (pos >= end) throw this.#truncated();
      if (pos - start === MAX_VARINT_BYTES) throw this.#tooLong(start);
      byte = buf[pos++]!;
      high += (byte & 0x7f) * unit;
      unit *= 128;
    } while (byte >= 0x80);
    this.pos = pos;
    const magnitude = high * HIGH_UNIT + low;
    const value = sign === 0 ? magnitude : -magnitude - 1;
    if (!Number.isSafeInteger(value)) throw new UndecodableError(`the long at byte ${start - this.#origin} is beyond 2^53`);
    return value;
  }

  readInt(): number {
    const start = this.pos;
    const value = this.readLong();
    if (value !== (value | 0)) throw new UndecodableError(`the int at byte ${start - this.#origin} is beyond 32 bits: ${value}`);
    return value;
  }

  readBoolean(): boolean {
    const byte = this.buf[this.take(1)]!;
    if (byte > 1) throw new UndecodableError(`the boolean at byte ${this.pos - 1 - this.#origin} is ${byte}`);
    return byte === 1;
  }

  readFloat(): number {
    return this.#view.getFloat32(this.take(4), true);
  }

  readDouble(): number {
    return this.#view.getFloat64(this.take(8), true);
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

  /** A long beyond 2^53 too: nobody reads it. */
  skipLong(): void {
    const start = this.take(1);
    let byte = this.buf[start]!;
    while (byte >= 0x80) {
      if (this.pos - start === MAX_VARINT_BYTES) throw this.#tooLong(start);
      byte = this.buf[this.take(1)]!;
    }
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

  /** Passes over all that is left. */
  skipRest(): void {
    this.pos = this.#end;
  }

  /** Moves over `length` bytes and returns where they begin. */
  take(length: number): number {
    const start = this.pos;
    if (length < 0) throw new UndecodableError(`the length before byte ${start - this.#origin} is negative: ${length}`);
    if (start < this.#start || start + length > this.#end) throw this.#truncated();
    this.pos = start + length;
    return start;
  }

  #tooLong(start: number): UndecodableError {
    return new UndecodableError(`the number at byte ${start - this.#origin} takes more than ${MAX_VARINT_BYTES} bytes`);
  }

  #truncated(): UndecodableError {
    return new UndecodableError(`the value ends within a field: it has ${this.#end - this.#origin} bytes`);
  }
}
