import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { positiveNumber, wholeNumber } from '../../../src/cli/options.ts';

describe('numbers on the command line', () => {
  it('whole numbers from a least one on', () => {
    expect(wholeNumber(0)('0')).toBe(0);
    expect(wholeNumber(1)('12')).toBe(12);
    for (const text of ['0', '-1', '1.5', '1e3', '', 'x', '99999999999999999']) {
      expect(() => wholeNumber(1)(text), text).toThrow(InvalidArgumentError);
    }
  });

  it('numbers above 0', () => {
    expect(positiveNumber('0.5')).toBe(0.5);
    for (const text of ['0', '-1', '', ' ', 'x', 'Infinity']) expect(() => positiveNumber(text), text).toThrow(InvalidArgumentError);
  });
});
