import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDouble, parseDouble, parseInteger } from '../../../src/csv/numbers.ts';

describe('doubles', () => {
  it.each([
    ['1', 1],
    ['1.0', 1],
    ['-1.25', -1.25],
    ['+3', 3],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-05', 0.00001],
    ['1E+21', 1e21],
    ['007', 7],
    ['nan', Number.NaN],
    ['NaN', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['1e400', Number.POSITIVE_INFINITY],
  ])('"%s" reads as %d', (text, value) => {
    expect(parseDouble(text)).toBe(value);
  });

  it.each(['', ' ', '1 ', 'abc', '1,5', '1_000', '0x10', '.', 'e5', '1e', '--1', '1.2.3', 'null', 'true', 'constructor', '__proto__'])(
    '"%s" is no number',
    (text) => {
      expect(parseDouble(text)).toBeUndefined();
    },
  );

  it.each([
    [0.1 + 0.2, '0.30000000000000004'],
    [1, '1'],
    [1e-7, '1e-7'],
    [1e21, '1e+21'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.NaN, ''],
  ])('%d is written as "%s"', (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  it('read back as they were written, every one', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => value === parseDouble(formatDouble(value))),
      { seed: 1, numRuns: 2_000 },
    );
  });
});

describe('whole numbers', () => {
  it.each([
    ['0', 0],
    ['-5', -5],
    ['+7', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
  ])('"%s" reads as %d', (text, value) => {
    expect(parseInteger(text)).toBe(value);
  });

  it.each(['', '1.0', '1e3', ' 1', '9007199254740992', '-9007199254740993', 'nan', '0x1'])('"%s" is none', (text) => {
    expect(parseInteger(text)).toBeUndefined();
  });
});
