import { describe, expect, it } from 'vitest';
import type { Corrections } from '../../../src/domain/settings.ts';
import { brief, JoinHarness, span } from './join-harness.ts';

/** A has delivered minutes 1 to 6, B minutes 1 and 2 only: T1 and T2 went out complete, T3 and T4 partial. */
function withPartials(corrections: Corrections, window = 4): JoinHarness {
  const h = new JoinHarness('AB', { corrections, window });
  h.deliver('A', { 1: 0.01, 2: 0.02, 3: 0.04, 4: 0.01, 5: 0.02, 6: 0.05 });
  h.deliver('B', { 1: 0.01, 2: 0.03 });
  h.workedOff('B', 6);
  expect(h.emitted.map(brief)).toEqual(['v1 T1', 'v2 T2', 'v3 T3 without B', 'v4 T4 without B']);
  return h;
}

describe('a record for a T already emitted as partial', () => {
  it('corrects, by default, the newest emitted T that its window still touches, naming the version it supersedes', () => {
    const h = withPartials('latest');
    const [correction] = h.deliver('B', { 3: 0.02 });
    expect(brief(correction!)).toBe('v5 T4 for v4 without B');
    expect([...correction!.nObs]).toEqual([4, 3, 3]);
  });

  it('makes T complete where it was the last one missing', () => {
    const h = withPartials('latest');
    expect(h.deliver('B', { 3: 0.02, 4: 0.01 }).map(brief)).toEqual(['v5 T4 for v4 without B', 'v6 T4 for v5']);
  });

  it('re-emits every touched T where corrections are `all`, each superseding its own newest version', () => {
    const h = withPartials('all');
    expect(h.deliver('B', { 3: 0.02, 4: 0.01 }).map(brief)).toEqual(['v5 T3 for v3', 'v6 T4 for v4 without B', 'v7 T4 for v6']);
    expect(span(h.emitted[4]!)).toEqual([1, 3]);
  });

  it('emits nothing where corrections are `none`, but the matrices to come hold it', () => {
    const h = withPartials('none');
    expect(h.deliver('B', { 3: 0.02, 4: 0.01 })).toEqual([]);
    const next = h.deliver('B', { 5: 0.03 });
    expect(next.map(brief)).toEqual(['v5 T5']);
    expect([...next[0]!.nObs]).toEqual([4, 4, 4]);
    expect(h.join.statistics).toMatchObject({ late: 2, corrections: 0 });
  });

  it('corrects nothing where its return is null', () => {
    const h = withPartials('latest');
    expect(h.deliver('B', { 3: null, 4: null })).toEqual([]);
    expect(h.deliver('B', { 5: 0.01 }).map(brief)).toEqual(['v5 T5']);
  });

  it('changes nothing where T is older than the window', () => {
    const h = new JoinHarness('AB', { window: 2 });
    h.workedOff('B', 9);
    h.deliver('A', { 1: 0.01, 2: 0.02, 3: 0.04, 4: 0.01, 5: 0.02, 6: 0.05 });
    expect(h.deliver('B', { 1: 0.9, 2: 0.9 })).toEqual([]);
    expect(h.join.statistics).toMatchObject({ late: 2, tooOld: 2, corrections: 0 });
    expect(h.deliver('B', { 3: 0.9 }).map(brief)).toEqual(['v5 T4 for v4 without B']);
  });

  it('is corrected before any later T goes out, however records and polls fall', () => {
    const h = withPartials('latest');
    for (const minute of [3, 4, 5]) h.join.deliver(1, minute * 60_000, 0.01 * minute);
    const emitted: string[] = [];
    h.join.poll((matrix) => emitted.push(brief(matrix)));
    expect(emitted).toEqual(['v5 T4 for v4 without B', 'v6 T4 for v5', 'v7 T5']);
  });
});

describe('a bar for a T that was never emitted, before the newest emitted one', () => {
  /** A has bars at minutes 1, 2, 4, 5 …; B is silent and passed over up to minute 5. */
  function withGap(corrections: Corrections): JoinHarness {
    const h = new JoinHarness('AB', { corrections, window: 3 });
    h.workedOff('B', 5);
    h.deliver('A', { 1: 0.01, 2: 0.02, 4: 0.04, 5: 0.01, 6: 0.03, 7: 0.02 });
    expect(h.emitted.map(brief)).toEqual(['v1 T1 without B', 'v2 T2 without B', 'v3 T4 without B', 'v4 T5 without B']);
    expect(span(h.emitted.at(-1)!)).toEqual([2, 5]);
    return h;
  }

  it('enters the window and corrects likewise', () => {
    const [correction] = withGap('latest').deliver('B', { 3: 0.05 });
    expect(brief(correction!)).toBe('v5 T5 for v4 without B');
    expect(span(correction!)).toEqual([3, 5]);
    expect([...correction!.nObs]).toEqual([2, 0, 1]);
  });

  it('is emitted itself, for the first time, where corrections are `all`', () => {
    const emitted = withGap('all').deliver('B', { 3: 0.05 });
    expect(emitted.map(brief)).toEqual(['v5 T3', 'v6 T4 for v3 without B', 'v7 T5 for v4 without B']);
    expect(emitted.map(span)).toEqual([
      [1, 3],
      [2, 4],
      [3, 5],
    ]);
  });

  it('with a null return corrects nothing, but stands in the windows of the matrices to come, as it would in a replay', () => {
    const h = withGap('latest');
    expect(h.deliver('B', { 3: null })).toEqual([]);
    const [next] = h.deliver('B', { 6: 0.01 });
    expect(brief(next!)).toBe('v5 T6');
    expect(span(next!)).toEqual([4, 6]);
  });

  it('changes nothing where it is older than the window', () => {
    const h = new JoinHarness('AB', { window: 2 });
    h.workedOff('B', 9);
    h.deliver('A', { 2: 0.01, 4: 0.02, 6: 0.01, 8: 0.02, 10: 0.01 });
    expect(h.deliver('B', { 1: 0.9, 3: 0.9, 5: 0.9 })).toEqual([]);
    expect(h.deliver('B', { 7: 0.9 }).map(span)).toEqual([[7, 8]]);
  });

  it('may be the first row of a window that is not full', () => {
    const h = new JoinHarness('AB', { window: 10 });
    h.workedOff('B', 9);
    h.deliver('A', { 5: 0.01, 6: 0.02, 8: 0.01 });
    expect(h.deliver('B', { 4: 0.02 }).map(span)).toEqual([[4, 6]]);
  });
});
