import { describe, expect, it } from 'vitest';
import { AvroReader } from '../../../src/codec/reader.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';

function readerOf(record: Buffer): AvroReader {
  const reader = new AvroReader();
  reader.reset(record, 5);
  return reader;
}

describe('AvroWriter', () => {
  it('keeps every record as it was, through many chunks', () => {
    const writer = new AvroWriter();
    const names = Array.from({ length: 20_000 }, (_, i) => `symbol-${i}-${'x'.repeat(i % 90)}`);
    const records = names.map((name, i) => {
      writer.begin(i);
      writer.writeString(name);
      return writer.end();
    });
    expect(records.map((record) => record.readUInt32BE(1))).toEqual(names.map((_, i) => i));
    expect(records.map((record) => readerOf(record).readString())).toEqual(names);
  });

  it('writes a record larger than a chunk', () => {
    const writer = new AvroWriter();
    const large = Buffer.alloc(3_000_000, 7);
    writer.begin(9);
    writer.writeString('before');
    writer.writeBytes(large);
    writer.writeInt(-5);
    const reader = readerOf(writer.end());
    expect(reader.readString()).toBe('before');
    expect(reader.readBytes().equals(large)).toBe(true);
    expect(reader.readInt()).toBe(-5);
    reader.expectEnd();
  });

  it('writes text beyond ASCII as UTF-8', () => {
    const writer = new AvroWriter();
    for (const text of ['', 'é', '€uro', '日本円', '🪙'.repeat(40), 'x'.repeat(63), 'x'.repeat(64), `${'x'.repeat(62)}é`]) {
      writer.begin(1);
      writer.writeString(text);
      expect(readerOf(writer.end()).readString()).toBe(text);
    }
  });

  it('forgets a record that was begun and not ended', () => {
    const writer = new AvroWriter();
    writer.begin(1);
    writer.writeString('abandoned');
    writer.begin(2);
    writer.writeBoolean(true);
    expect(writer.end()).toEqual(Buffer.from([0, 0, 0, 0, 2, 1]));
  });

  it('refuses an int beyond 32 bits', () => {
    const writer = new AvroWriter();
    writer.begin(1);
    expect(() => writer.writeInt(2 ** 31)).toThrow('2147483648 cannot be written as an int');
  });
});
