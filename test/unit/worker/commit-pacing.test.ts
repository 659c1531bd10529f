import { describe, expect, test } from 'vitest';
import { CommitPacing, type PacingState } from '../../../src/worker/commit-pacing.ts';

const CAUGHT_UP: PacingState = { hasOutputs: false, isCaughtUp: true, isHurried: false };
const WITH_OUTPUTS: PacingState = { ...CAUGHT_UP, hasOutputs: true };
const BEHIND: PacingState = { ...WITH_OUTPUTS, isCaughtUp: false };

/** The first of these times, in ms after the last commit, at which one is due. */
function dueAfter(state: PacingState, areOutputsAtOnce = false): number | undefined {
  const pacing = new CommitPacing({ intervalMs: 100, areOutputsAtOnce }, 0);
  pacing.begun(5_000);
  return [0, 1, 99, 100, 101, 999, 1_000, 1_001].find((passed) => pacing.isDue(5_000 + passed, state));
}

describe('a commit is due', () => {
  test.each([
    ['of a task that is behind, after the interval', BEHIND, false, 100],
    ['also where outputs need not wait: large commits are worth more then', BEHIND, true, 100],
    ['of outputs, after the interval', WITH_OUTPUTS, false, 100],
    ['of outputs that need not wait, at once', WITH_OUTPUTS, true, 0],
    ['of positions alone, after ten intervals', CAUGHT_UP, false, 1_000],
    ['of positions alone, also where outputs need not wait', CAUGHT_UP, true, 1_000],
    ['of positions that somebody waits for, after the interval', { ...CAUGHT_UP, isHurried: true }, false, 100],
  ])('%s', (_, state, areOutputsAtOnce, ms) => {
    expect(dueAfter(state, areOutputsAtOnce)).toBe(ms);
  });

  test('counted from the beginning of the task before its first', () => {
    const pacing = new CommitPacing({ intervalMs: 100, areOutputsAtOnce: false }, 7_000);
    expect([7_099, 7_100].map((now) => pacing.isDue(now, WITH_OUTPUTS))).toEqual([false, true]);
  });
});
