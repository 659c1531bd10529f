import { describe, expect, test } from 'vitest';
import { type Trouble, Troubles } from '../../../src/kafka/troubles.ts';

function observed() {
  const heard: (Trouble | 'recovered')[] = [];
  return {
    heard,
    troubles: new Troubles(
      (trouble) => heard.push(trouble),
      () => heard.push('recovered'),
    ),
  };
}

describe('trouble while reading', () => {
  test('is told at every failure with the count of failures in a row', () => {
    const { heard, troubles } = observed();
    const error = new Error('no connection');
    troubles.failed(['ticks-0', 'ticks-1'], error);
    troubles.failed(['ticks-0'], error);
    expect(heard).toEqual([
      { what: ['ticks-0', 'ticks-1'], error, attempts: 1 },
      { what: ['ticks-0'], error, attempts: 2 },
    ]);
  });

  test('is over when the last one in trouble is settled', () => {
    const { heard, troubles } = observed();
    troubles.failed(['ticks-0', 'ticks-1'], new Error('no connection'));
    troubles.settled('ticks-1');
    expect(heard).not.toContain('recovered');
    troubles.settled('ticks-0');
    troubles.settled('ticks-0');
    expect(heard.filter((event) => event === 'recovered')).toHaveLength(1);
  });

  test('puts off the next attempt, longer each time, up to a second', () => {
    const { troubles } = observed();
    expect(troubles.retryAt('ticks-0')).toBe(0);
    expect(troubles.nextRetryAfter(0)).toBe(Number.POSITIVE_INFINITY);
    const pauses = Array.from({ length: 12 }, () => {
      const before = performance.now();
      troubles.failed(['ticks-0'], new Error('no connection'));
      return troubles.retryAt('ticks-0') - before;
    });
    expect(pauses[1]! > pauses[0]!).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1_000);
    expect(pauses.at(-1)).toBeLessThan(1_100);
    expect(troubles.nextRetryAfter(0)).toBe(troubles.retryAt('ticks-0'));
  });
});
