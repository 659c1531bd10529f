import { describe, expect, test } from 'vitest';
import { CommitPacing, type OutputPacing, outputPacing, type PacingState } from '../../../src/worker/commit-pacing.ts';

const CAUGHT_UP: PacingState = { hasOutputs: false, isCaughtUp: true, isHurried: false };
const WITH_OUTPUTS: PacingState = { ...CAUGHT_UP, hasOutputs: true };
const BEHIND: PacingState = { ...WITH_OUTPUTS, isCaughtUp: false };

/** What is due first after a commit, and how many ms after it. */
function firstDue(state: PacingState, outputs: OutputPacing = 'paced'): string | undefined {
  const pacing = new CommitPacing({ intervalMs: 100, outputs }, 0);
  pacing.begun(5_000);
  const passed = [0, 1, 99, 100, 101, 2_999, 3_000, 3_001].find((ms) => pacing.due(5_000 + ms, state) !== null);
  return passed === undefined ? undefined : `${pacing.due(5_000 + passed, state)} after ${passed}`;
}

describe('what is due', () => {
  test.each<[string, PacingState, OutputPacing, string]>([
    ['of a task that is behind: a commit after the interval', BEHIND, 'paced', 'commit after 100'],
    ['also where each output is committed: large commits are worth more then', BEHIND, 'committed', 'commit after 100'],
    ['also where outputs are written ahead', BEHIND, 'ahead', 'commit after 100'],
    ['of outputs: a commit after the interval', WITH_OUTPUTS, 'paced', 'commit after 100'],
    ['of outputs that are each committed: a commit at once', WITH_OUTPUTS, 'committed', 'commit after 0'],
    ['of outputs that are written ahead: that, at once', WITH_OUTPUTS, 'ahead', 'outputs after 0'],
    ['of positions alone: a commit after thirty intervals', CAUGHT_UP, 'paced', 'commit after 3000'],
    ['of positions alone, where each output is committed', CAUGHT_UP, 'committed', 'commit after 3000'],
    ['of positions alone, where outputs are written ahead', CAUGHT_UP, 'ahead', 'commit after 3000'],
    ['of positions that somebody waits for: a commit after the interval', { ...CAUGHT_UP, isHurried: true }, 'paced', 'commit after 100'],
    ['of outputs that somebody waits for: with their positions', { ...WITH_OUTPUTS, isHurried: true }, 'ahead', 'commit after 100'],
  ])('%s', (_, state, outputs, due) => {
    expect(firstDue(state, outputs)).toBe(due);
  });

  test('is counted from the beginning of the task before its first commit', () => {
    const pacing = new CommitPacing({ intervalMs: 100, outputs: 'paced' }, 7_000);
    expect([7_099, 7_100].map((now) => pacing.due(now, WITH_OUTPUTS))).toEqual([null, 'commit']);
  });

  test('of outputs written ahead is a commit, an interval after the first of them', () => {
    const pacing = new CommitPacing({ intervalMs: 100, outputs: 'ahead' }, 0);
    pacing.wroteAhead(50_000);
    pacing.wroteAhead(50_090);
    expect([50_099, 50_100].map((now) => pacing.due(now, CAUGHT_UP))).toEqual([null, 'commit']);
    // One that has just come waits for nothing and goes with it.
    expect(pacing.due(50_100, WITH_OUTPUTS)).toBe('commit');
    pacing.begun(50_100);
    expect(pacing.due(50_250, CAUGHT_UP)).toBe(null);
  });
});

test('outputs go ahead of their commit where the guarantee lets them be read twice', () => {
  expect(outputPacing({ guarantee: 'at_least_once', commitOnBar: false })).toBe('ahead');
  expect(outputPacing({ guarantee: 'at_least_once', commitOnBar: true })).toBe('ahead');
  expect(outputPacing({ guarantee: 'exactly_once', commitOnBar: false })).toBe('paced');
  expect(outputPacing({ guarantee: 'exactly_once', commitOnBar: true })).toBe('committed');
});
