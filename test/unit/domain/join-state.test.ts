import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { brief, Changelog, JoinHarness, span } from './join-harness.ts';

describe('the state of a join', () => {
  it('is one row a T and a few counters', () => {
    const h = new JoinHarness('AB');
    h.deliver('A', { 1: 0.1, 2: 0.2 });
    h.deliver('B', { 1: null, 2: 0.3 });
    const changes = h.join.takeChanges();
    expect(changes).toEqual({
      rows: [
        { index: 0, timestampUtc: 60_000, version: 1, returns: Float64Array.from([0.1, Number.NaN]) },
        { index: 1, timestampUtc: 120_000, version: 2, returns: Float64Array.from([0.2, 0.3]) },
      ],
      counters: { window: 4, symbols: 2, rows: 2, version: 2, behind: [] },
    });
    expect(h.join.takeChanges()).toBeNull();
  });

  it('names the symbols behind the newest T, with the newest bar each had delivered', () => {
    const h = new JoinHarness('ABC');
    h.deliver('B', { 1: 0.1 });
    h.deliver('A', { 1: 0.1, 2: 0.1, 3: 0.1, 4: 0.1 });
    h.workedOff('B', 2);
    h.workedOff('C', 2);
    expect(h.join.takeChanges()?.counters.behind).toEqual([
      { symbol: 1, deliveredUpTo: 60_000 },
      { symbol: 2, deliveredUpTo: null },
    ]);
    h.deliver('B', { 2: null });
    expect(h.join.takeChanges()).toMatchObject({ rows: [], counters: { behind: [{ symbol: 2 }] } });
  });

  it('holds no pending rows: they are delivered again from the log', () => {
    const h = new JoinHarness('AB');
    const changelog = new Changelog();
    h.deliver('A', { 1: 0.1, 2: 0.2, 3: 0.3 });
    h.deliver('B', { 1: 0.1 });
    changelog.save(h.join);
    const restarted = h.restarted(changelog);
    expect(restarted.join.pendingRows).toBe(0);
    restarted.deliver('A', { 1: 0.1, 2: 0.2, 3: 0.3 });
    expect(restarted.deliver('B', { 2: 0.3 }).map(brief)).toEqual(['v2 T2']);
  });

  it('knows after a restart which records are late and which were there before', () => {
    const h = new JoinHarness('AB');
    const changelog = new Changelog();
    h.deliver('B', { 1: 0.1 });
    h.deliver('A', { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.1 });
    h.workedOff('B', 2);
    changelog.save(h.join);
    const restarted = h.restarted(changelog);
    expect(restarted.deliver('A', { 1: 0.9, 2: 0.9 })).toEqual([]);
    expect(restarted.deliver('B', { 1: 0.9, 2: 0.4 }).map(brief)).toEqual(['v3 T2 for v2']);
  });

  it('keeps twice the window, whatever was written before', () => {
    const h = new JoinHarness('A', { window: 3 });
    const changelog = new Changelog();
    for (let minute = 1; minute <= 20; minute++) {
      h.deliver('A', { [minute]: 0.01 * (minute % 4) });
      if (minute % 9 === 0) changelog.save(h.join);
    }
    changelog.save(h.join);
    expect(changelog.rows.size).toBe(6);
    expect(h.restarted(changelog).deliver('A', { 21: 0.1 }).map(span)).toEqual([[19, 21]]);
  });

  it.each(['latest', 'all', 'none'] as const)(
    'gives the same bits after a restart as without one, after corrections (%s) too',
    (corrections) => {
      const steady = new JoinHarness('AB', { window: 20, corrections });
      const changelog = new Changelog();
      for (let minute = 1; minute <= 36; minute++) {
        steady.deliver('A', { [minute]: nearlyConstant(minute) });
        if (minute <= 30) steady.deliver('B', { [minute]: nearlyConstant(7 * minute) });
      }
      steady.workedOff('B', 34);
      for (const minute of [31, 32, 33, 34]) steady.deliver('B', { [minute]: nearlyConstant(7 * minute) });
      changelog.save(steady.join);
      const restarted = steady.restarted(changelog);
      restarted.deliver('A', { 35: nearlyConstant(35), 36: nearlyConstant(36) });
      const goOn = (h: JoinHarness) => [35, 36].flatMap((minute) => h.deliver('B', { [minute]: nearlyConstant(7 * minute) }));
      const expected = goOn(steady);
      expect(expected.map((matrix) => matrix.windowEnd / 60_000)).toEqual([35, 36]);
      expect(goOn(restarted)).toEqual(expected);
    },
  );

  it('lets a join rebuilt from its input go on with the version of the matrix it stands at', () => {
    const h = new JoinHarness('AB');
    h.workedOff('B', 2);
    h.deliver('A', { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.1 });
    h.join.continueFrom(41);
    expect(h.deliver('B', { 2: 0.4, 3: 0.1 }).map(brief)).toEqual(['v42 T2 for v41', 'v43 T3']);
  });

  it('is refused, saying why, where it does not fit', () => {
    const h = new JoinHarness('AB');
    const changelog = new Changelog();
    h.deliver('A', { 1: 0.1, 2: 0.2 });
    h.deliver('B', { 1: 0.1, 2: 0.3 });
    changelog.save(h.join);
    const counters = changelog.counters!;
    const rows = [...changelog.rows.values()];
    expect(() => new JoinHarness('ABC').join.restore(rows, counters)).toThrow(/test\/1m is of 2 symbols and a window of 4, not 3 and 4/);
    expect(() => new JoinHarness('AB').join.restore(rows.slice(1), counters)).toThrow(/lacks row 0 of 2/);
    const short = rows.map((row) => ({ ...row, returns: row.returns.slice(1) }));
    expect(() => new JoinHarness('AB').join.restore(short, counters)).toThrow(UserError);
  });
});

/** A return so near to a large mean that the last bits of a running sum show in the matrix. */
function nearlyConstant(step: number): number {
  return 0.1 + 1e-11 * Math.sin(step * step);
}
