import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UndecodableError } from '../../../src/codec/errors.ts';
import { AvroReader } from '../../../src/codec/reader.ts';
import { putLong } from '../../../src/codec/varint.ts';
import { SEED } from './support.ts';

/** Avro's definition of a long, in numbers without limit: zigzag, then 7 bits a byte, low bits first. */
function encodeByDefinition(value: bigint): Buffer {
  let bits = value >= 0n ? value * 2n : -value * 2n - 1n;
  const bytes: number[] = [];
  while (bits > 127n) {
    bytes.push(Number(bits & 127n) | 128);
    bits >>= 7n;
  }
  bytes.push(Number(bits));
  return Buffer.from(bytes);
}

function decode(bytes: Buffer): number {
  const reader = new AvroReader();
  reader.reset(bytes, 0);
  const value = reader.readLong();
  reader.expectEnd();
  return value;
}

const EDGES = [6, 13, 20, 27, 30, 31, 32, 34, 37, 41, 48, 52, 53]
  .flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
  .flatMap((value) => [value, -value])
  .filter(Number.isSafeInteger);
const safeInteger = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, ...EDGES));

describe('longs', () => {
  it('are written as Avro defines them and read back, over the whole range of safe integers', () => {
    fc.assert(
      fc.property(safeInteger, (value) => {
        const buffer = Buffer.alloc(12);
        const bytes = buffer.subarray(0, putLong(buffer, 0, value));
        expect(bytes).toEqual(encodeByDefinition(BigInt(value)));
        expect(decode(bytes)).toBe(value);
      }),
      { seed: SEED, examples: EDGES.map((value) => [value]), numRuns: 2_000 },
    );
  });

  it('are refused beyond 2^53, and never rounded', () => {
    const limit = 2n ** 53n;
    for (const value of [limit, -limit, limit + 1n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n]) {
      expect(() => decode(encodeByDefinition(value))).toThrow(UndecodableError);
    }
    expect(() => decode(encodeByDefinition(limit))).toThrow('the long at byte 0 is beyond 2^53');
  });

  it('may be padded up to the ten bytes of 64 bits, not further', () => {
    const padded = (bytes: number) => Buffer.from([...new Array(bytes - 1).fill(0x80), 0]);
    expect(decode(padded(10))).toBe(0);
    expect(() => decode(padded(11))).toThrow('the number at byte 0 takes more than 10 bytes');
  });

  it('are refused where the bytes end within them', () => {
    fc.assert(
      fc.property(safeInteger, fc.nat(7), (value, cut) => {
        const bytes = encodeByDefinition(BigInt(value));
        fc.pre(cut < bytes.length);
        expect(() => decode(bytes.subarray(0, cut))).toThrow('the value ends within a field');
      }),
      { seed: SEED },
    );
  });
});
