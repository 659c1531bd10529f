import { expect, test } from 'vitest';
import { selfTimes } from '../../../bench/lib/profile.ts';

test('self time is summed by function, the longest first, without idle time', () => {
  const frame = (functionName: string, lineNumber = 0) => ({ functionName, url: '', lineNumber });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)') },
      { id: 2, callFrame: frame('hot') },
      { id: 3, callFrame: frame('cold') },
      { id: 4, callFrame: frame('(idle)') },
      // The same function, called from elsewhere.
      { id: 5, callFrame: frame('hot') },
    ],
    samples: [2, 3, 5, 4, 2],
    timeDeltas: [1_000, 2_000, 3_000, 50_000, 2_000],
  };
  expect(selfTimes(profile, 5)).toEqual([
    { function: 'hot', self_ms: 6, share_percent: 75 },
    { function: 'cold', self_ms: 2, share_percent: 25 },
  ]);
  expect(selfTimes(profile, 1)).toHaveLength(1);
});

test('a place in the source is named with its line', () => {
  const profile = {
    nodes: [{ id: 1, callFrame: { functionName: '', url: 'node:net', lineNumber: 9 } }],
    samples: [1],
    timeDeltas: [1],
  };
  expect(selfTimes(profile, 1)[0]!.function).toBe('(anonymous) node:net:10');
});
