import { describe, expect, it } from 'vitest';
import { brief, JoinHarness, span } from './join-harness.ts';

describe('a join emits T, in order,', () => {
  it('as soon as every symbol has delivered its bar T or a later one', () => {
    const h = new JoinHarness('AB');
    expect(h.deliver('A', { 1: 0.1, 2: 0.2, 3: 0.1 })).toEqual([]);
    expect(h.deliver('B', { 1: 0.1 }).map(brief)).toEqual(['v1 T1']);
    expect(h.deliver('B', { 3: 0.1 }).map(brief)).toEqual(['v2 T2', 'v3 T3']);
  });

  it('for any T at which at least one symbol has a bar, valid or missing', () => {
    const h = new JoinHarness('AB');
    h.deliver('A', { 1: null, 4: 0.1 });
    expect(h.deliver('B', { 2: 0.1, 4: null }).map(brief)).toEqual(['v1 T1', 'v2 T2', 'v3 T4']);
  });

  it('with the returns of exactly T, null where a symbol has none: aligned by time, never by length', () => {
    const h = new JoinHarness('AB', { window: 10 });
    h.deliver('A', { 1: 0.01, 2: 0.02, 3: 0.03, 5: 0.05 });
    const last = h.deliver('B', { 2: -0.02, 3: -0.03, 4: 0.01, 5: -0.05 }).at(-1)!;
    expect([...last.nObs]).toEqual([4, 3, 4]);
    expect(last.rho[1]).toBeCloseTo(-1, 14);
  });

  it('over the last `window` such timestamps, saying which they are', () => {
    const h = new JoinHarness('A', { window: 3 });
    const matrices = h.deliver('A', { 1: 0.1, 2: 0.2, 5: 0.1, 6: 0.2 });
    expect(matrices.map(span)).toEqual([
      [1, 1],
      [1, 2],
      [1, 5],
      [2, 6],
    ]);
    expect(matrices.map((matrix) => matrix.window)).toEqual([3, 3, 3, 3]);
  });

  it('with symbols in the order of the universe, and the strong pairs by name', () => {
    const h = new JoinHarness('ABC');
    for (const minute of [1, 2, 3]) {
      h.deliver('C', { [minute]: 0.01 * minute });
      h.deliver('A', { [minute]: -0.02 * minute });
      h.deliver('B', { [minute]: minute === 2 ? 0.05 : 0 });
    }
    const last = h.emitted.at(-1)!;
    expect(last.symbols).toEqual(['A', 'B', 'C']);
    expect(last.strongPairs.map(({ a, b }) => a + b)).toEqual(['AC']);
    expect(last.maxAbsRho).toBeCloseTo(1, 14);
  });
});

describe('a symbol that delivered neither T nor later', () => {
  it('holds T back until it is worked off and some symbol is join_grace slots later', () => {
    const h = new JoinHarness('ABC', { joinGrace: 2 });
    h.deliver('A', { 1: 0.1, 2: 0.1 });
    h.deliver('B', { 1: 0.1 });
    expect(h.workedOff('C', 1)).toEqual([]);
    expect(h.deliver('A', { 3: 0.1 }).map(brief)).toEqual(['v1 T1 without C']);
  });

  it('is not passed over by the grace alone: a tier-1 partition that merely lags never makes a partial', () => {
    const h = new JoinHarness('AB');
    expect(h.deliver('A', { 1: 0.1, 2: 0.1, 3: 0.1, 500: 0.1 })).toEqual([]);
    expect(h.deliver('B', { 1: 0.1 }).map(brief)).toEqual(['v1 T1']);
  });

  it('is worked off up to a T only', () => {
    const h = new JoinHarness('AB');
    h.deliver('A', { 1: 0.1, 2: 0.1, 3: 0.1, 4: 0.1, 5: 0.1 });
    expect(h.workedOff('B', 2).map(brief)).toEqual(['v1 T1 without B', 'v2 T2 without B']);
    expect(h.join.pendingRows).toBe(3);
  });

  it('is listed in missing; one that delivered later but not T is not', () => {
    const h = new JoinHarness('ABCD');
    h.deliver('A', { 1: 0.1, 9: 0.1 });
    h.deliver('B', { 2: 0.1 });
    h.workedOff('D', 1);
    expect(h.workedOff('C', 1).map(brief)).toEqual(['v1 T1 without CD']);
    expect(h.emitted[0]?.missing).toEqual(['C', 'D']);
  });

  it('counts slots by their number, on the calendar or not', () => {
    const h = new JoinHarness('AB', { joinGrace: 3 });
    h.workedOff('B', 100);
    expect(h.deliver('A', { 1: 0.1, 3: 0.1 })).toEqual([]);
    expect(h.deliver('A', { 60: 0.1 }).map(brief)).toEqual(['v1 T1 without B', 'v2 T3 without B']);
  });

  it('is worked off where the input ends; a T that no symbol is join_grace slots past stays held', () => {
    const h = new JoinHarness('AB', { joinGrace: 2 });
    h.deliver('A', { 1: 0.1, 2: 0.1, 3: 0.1, 4: 0.1 });
    expect(h.endOfInput().map(brief)).toEqual(['v1 T1 without B', 'v2 T2 without B']);
    expect(h.join.oldestPendingTimestamp).toBe(180_000);
  });

  it('is named to the runtime, with the newest T that is worth checking it up to', () => {
    const h = new JoinHarness('ABC', { joinGrace: 2 });
    expect(h.join.silentSymbols()).toBeNull();
    h.deliver('A', { 1: 0.1, 2: 0.1 });
    expect(h.join.silentSymbols()).toEqual({ timestampUtc: 60_000, symbols: [1, 2], graceReachedUpTo: null });
    h.deliver('A', { 4: 0.1 });
    h.workedOff('C', 1);
    expect(h.join.silentSymbols()).toEqual({ timestampUtc: 60_000, symbols: [1], graceReachedUpTo: 120_000 });
  });
});

describe('a record delivered again', () => {
  it('for a pending T: the later value wins', () => {
    const h = new JoinHarness('AB', { minObs: 2 });
    h.deliver('A', { 1: 0.1, 2: 0.5 });
    h.deliver('A', { 2: 0.3 });
    h.deliver('B', { 1: 0.1, 2: 0.1 });
    expect(h.emitted.at(-1)?.std[0]).toBeCloseTo(0.2 / Math.SQRT2, 14);
    expect(h.join.statistics.repeats).toBe(1);
  });

  it('for a T emitted with it: nothing happens', () => {
    const h = new JoinHarness('A');
    h.deliver('A', { 1: 0.1, 2: 0.2 });
    expect(h.deliver('A', { 1: 0.7, 2: 0.9 })).toEqual([]);
    expect(h.deliver('A', { 3: 0.3 }).at(-1)?.std[0]).toBeCloseTo(0.1, 14);
    expect(h.join.statistics).toMatchObject({ repeats: 2, late: 0, corrections: 0 });
  });
});

describe('pending rows', () => {
  it('tell the runtime how far symbols have run ahead', () => {
    const h = new JoinHarness('AB');
    h.deliver('A', { 3: 0.1, 1: 0.1, 2: 0.1 });
    expect(h.join.pendingRows).toBe(3);
    expect(h.join.oldestPendingTimestamp).toBe(60_000);
    expect(h.join.lastDelivered(0)).toBe(180_000);
    expect(h.join.lastDelivered(1)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('are used again without leaving a trace of their old returns', () => {
    const h = new JoinHarness('AB', { window: 1_000 });
    for (let minute = 1; minute <= 600; minute++) h.deliver('A', { [minute]: 0.01 * (minute % 7) });
    for (let minute = 2; minute <= 600; minute += 2) h.deliver('B', { [minute]: 0.01 * (minute % 5) });
    for (let minute = 601; minute <= 1_000; minute++) h.deliver('B', { [minute]: null });
    h.deliver('A', { 1000: null });
    expect([...h.emitted.at(-1)!.nObs]).toEqual([600, 300, 300]);
  });
});
