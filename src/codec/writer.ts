import { putLong } from './varint.ts';
import { HEADER_BYTES, MAGIC_BYTE } from './wire.ts';

/** Records are written side by side into chunks of this size; a larger record gets a chunk of its own. */
const CHUNK_BYTES = 256 * 1024;
/** The most that a varint of a safe integer takes. */
const MAX_LONG_BYTES = 8;
const DOUBLE_BYTES = 8;

/**
 * Writes records in the Confluent wire format: `begin`, the fields in the schema's order, `end`. What `end` returns is a part of a large
 * chunk that is never written again, so it may be kept; a chunk lives as long as any record in it.
 */
export class AvroWriter {
  #chunk: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#chunk.buffer, 0, 0);
  #start = 0;
  #position = 0;

  /** Begins a record of a schema id; one that was begun and not ended is forgotten. */
  begin(schemaId: number): void {
    this.#position = this.#start;
    this.#reserve(HEADER_BYTES);
    this.#chunk[this.#position] = MAGIC_BYTE;
    this.#view.setUint32(this.#position + 1, schemaId);
    this.#position += HEADER_BYTES;
  }

  /** The bytes since `begin`. */
  end(): Buffer {
    const record = this.#chunk.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return record;
  }

  /** Throws where `value` is no safe integer. */
  writeLong(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} cannot be written as a long`);
    this.#reserve(MAX_LONG_BYTES);
    this.#position = putLong(this.#chunk, this.#position, value);
  }

  /** NaN is null. */
  writeNullableLong(value: number | null): void {
    if (value === null || Number.isNaN(value)) {
      this.#writeByte(0);
    } else {
      this.#writeByte(2);
      this.writeLong(value);
    }
  }

  /** Throws where `value` is no integer of 32 bits. */
  writeInt(value: number): void {
    if (value !== (value | 0)) throw new RangeError(`${value} cannot be written as an int`);
    this.#reserve(MAX_LONG_BYTES);
    this.#position = putLong(this.#chunk, this.#position, value);
  }

  /** Throws where `value` is NaN or infinite: neither goes on the wire. */
  writeDouble(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written as a double`);
    this.#reserve(DOUBLE_BYTES);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += DOUBLE_BYTES;
  }

  /** NaN is null, and so is an infinity: a result that no double holds. */
  writeNullableDouble(value: number): void {
    if (!Number.isFinite(value)) {
      this.#writeByte(0);
      return;
    }
    this.#reserve(1 + DOUBLE_BYTES);
    this.#chunk[this.#position] = 2;
    this.#view.setFloat64(this.#position + 1, value, true);
    this.#position += 1 + DOUBLE_BYTES;
  }

  /** Infinities included. Throws where `value` is NaN. */
  writeAnyDouble(value: number): void {
    if (Number.isNaN(value)) throw new RangeError('NaN cannot be written as a double');
    this.#reserve(DOUBLE_BYTES);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += DOUBLE_BYTES;
  }

  /** Which branch of a union follows: 0 to 63. */
  writeBranch(index: number): void {
    this.#writeByte(index << 1);
  }

  writeBoolean(value: boolean): void {
    this.#writeByte(value ? 1 : 0);
  }

  writeString(value: string): void {
    // Short ASCII, what names of symbols and timeframes are, needs no call out of JavaScript.
    if (value.length < 64 && this.#writeAscii(value)) return;
    const bytes = Buffer.byteLength(value);
    this.#reserve(MAX_LONG_BYTES + bytes);
    this.#position = putLong(this.#chunk, this.#position, bytes);
    this.#chunk.write(value, this.#position);
    this.#position += bytes;
  }

  writeNullableString(value: string | null): void {
    if (value === null) {
      this.#writeByte(0);
    } else {
      this.#writeByte(2);
      this.writeString(value);
    }
  }

  writeBytes(value: Uint8Array): void {
    this.#reserve(MAX_LONG_BYTES + value.length);
    this.#position = putLong(this.#chunk, this.#position, value.length);
    this.#chunk.set(value, this.#position);
    this.#position += value.length;
  }

  #writeByte(value: number): void {
    this.#reserve(1);
    this.#chunk[this.#position++] = value;
  }

  /** False where the string is not ASCII; then nothing has been written. */
  #writeAscii(value: string): boolean {
    const length = value.length;
    this.#reserve(1 + length);
    const chunk = this.#chunk;
    const at = this.#position + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      chunk[at + i] = code;
    }
    chunk[at - 1] = length << 1;
    this.#position = at + length;
    return true;
  }

  /** Makes room; a record that does not fit moves to the beginning of a new chunk. */
  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#chunk.length) return;
    const written = this.#position - this.#start;
    const needed = written + bytes;
    // A large record doubles its room each time, so that writing it stays linear.
    const chunk = Buffer.allocUnsafeSlow(needed > CHUNK_BYTES / 2 ? needed * 2 : CHUNK_BYTES);
    this.#chunk.copy(chunk, 0, this.#start, this.#position);
    this.#chunk = chunk;
    this.#view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#start = 0;
    this.#position = written;
  }
}
