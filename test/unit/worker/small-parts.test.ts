import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packFlagsInto, unpackFlags } from '../../../src/worker/bitmap.ts';
import { keptRecord } from '../../../src/worker/kept-record.ts';
import { KeyText } from '../../../src/worker/key-text.ts';
import { fromNullable, nullable } from '../../../src/worker/nullable.ts';

function packed(flags: Uint8Array): Buffer {
  // What stood there before must not shine through.
  const bits = Buffer.alloc(Math.ceil(flags.length / 8) + 2, 0xff);
  packFlagsInto(flags, bits, 1);
  expect([bits[0], bits.at(-1)]).toEqual([0xff, 0xff]);
  return bits.subarray(1, -1);
}

describe('flags as bits', () => {
  test('lowest first, eight a byte', () => {
    expect(packed(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 1))).toEqual(Buffer.from([0b101, 0b10]));
  });

  test('come back as they were, whatever their number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 40 }), (flags) => {
        const bits = packed(flags);
        expect(bits).toHaveLength(Math.ceil(flags.length / 8));
        expect([...unpackFlags(bits, flags.length)]).toEqual([...flags]);
      }),
      { seed: 20_261_123 },
    );
  });

  test('that were not saved read as 0', () => {
    expect([...unpackFlags(Uint8Array.of(1), 10)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('keys as text', () => {
  test('one that repeats gives the same text, another its own, an absent one the empty text', () => {
    const keys = new KeyText();
    const texts = ['EURUSD', 'EURUSD', 'USDJPY', 'EURUSD', '', 'Zürich', '\u0000'].map((text) => [text, keys.of(Buffer.from(text))]);
    for (const [text, read] of texts) expect(read).toBe(text);
    expect(keys.of(null)).toBe('');
    expect(keys.of(Buffer.from('\u0000'))).toBe('\u0000');
  });

  test('does not take over a buffer that is written to afterwards', () => {
    const keys = new KeyText();
    const bytes = Buffer.from('AAA');
    keys.of(bytes);
    bytes.write('BBB');
    expect(keys.of(bytes)).toBe('BBB');
    expect(keys.of(Buffer.from('AAA'))).toBe('AAA');
  });
});

test('a record that is kept shares no memory with the response it came in', () => {
  const response = Buffer.from('keyvaluehead');
  const record = {
    offset: 7,
    timestamp: 8,
    key: response.subarray(0, 3),
    value: response.subarray(3, 8),
    headers: [
      { key: 'h', value: response.subarray(8) },
      { key: 'none', value: null },
    ],
  };
  const kept = keptRecord(record);
  expect(kept).toEqual(record);
  response.fill(0);
  expect(kept).toMatchObject({ key: Buffer.from('key'), value: Buffer.from('value') });
  expect(kept.headers[0]!.value).toEqual(Buffer.from('head'));
  expect(keptRecord({ ...record, key: null, value: null, headers: [] })).toMatchObject({ key: null, value: null, headers: [] });
});

test('a null of the domain is NaN; what is not finite goes on the wire as null', () => {
  expect([Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -1.5].map(nullable)).toEqual([null, null, null, 0, -1.5]);
  expect([null, 0, -1.5].map(fromNullable)).toEqual([Number.NaN, 0, -1.5]);
});
