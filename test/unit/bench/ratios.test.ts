import { expect, test } from 'vitest';
import { ratio, ratiosOf } from '../../../bench/peers/ratios.ts';

test('a ratio of each guarantee, null where one side was not measured', () => {
  const rows = [
    { peer: 'ours', guarantee: 'at_least_once', ticks_per_s: 500_000 },
    { peer: 'theirs', guarantee: 'at_least_once', ticks_per_s: 200_000 },
    { peer: 'ours', guarantee: 'exactly_once', ticks_per_s: 300_000 },
  ];
  expect(ratiosOf(rows, 'ticks_per_s', 'ours', 'theirs')).toEqual({ at_least_once: 2.5, exactly_once: null });
});

test('nothing is divided by nothing', () => {
  expect(ratio(1, 0)).toBeNull();
  expect(ratio(undefined, 2)).toBeNull();
  expect(ratio(1, 3)).toBe(0.333);
});
