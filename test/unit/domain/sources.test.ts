import { describe, expect, it } from 'vitest';
import { MAX_SOURCES, Sources } from '../../../src/domain/sources.ts';
import { Desk, MINUTE, tickAt } from './support.ts';

/** Offers a tick of `sourceId` the way the stage does; true where it was accepted. */
function offer(sources: Sources, sourceId: string, seq: number | null, eventTime: number): boolean {
  const tick = tickAt(eventTime, 1, seq === null ? { sourceId } : { sourceId, seq });
  if (sources.isDuplicate(tick)) return false;
  sources.accept(tick);
  return true;
}

describe('a duplicate: seq and event time are both not above what its source has sent (spec section 1)', () => {
  it.each([
    ['the same tick again', 5, 100, false],
    ['a lower seq at the same time', 4, 100, false],
    ['a lower seq at an earlier time', 4, 50, false],
    ['the same seq at an earlier time', 5, 50, false],
    ['a higher seq at the same time', 6, 100, true],
    ['a higher seq at an earlier time: out of order, not repeated', 6, 50, true],
    ['a lower seq at a later time: the counter started over', 1, 101, true],
    ['the same seq at a later time', 5, 101, true],
    ['a negative seq at an earlier time', -1, 50, false],
    ['no seq, the same time', null, 100, true],
    ['no seq, an earlier time', null, 50, true],
  ])('after seq 5 at time 100: %s', (_, seq, time, accepted) => {
    const sources = new Sources();
    offer(sources, 'a', 5, 100);
    expect(offer(sources, 'a', seq, time)).toBe(accepted);
  });

  it('takes a restarted counter’s seq as the highest, so that its own repeats are found and its next ticks are not', () => {
    const sources = new Sources();
    offer(sources, 'a', 1_000, 100);
    expect(offer(sources, 'a', 1, 200)).toBe(true);
    expect(offer(sources, 'a', 1, 200)).toBe(false);
    expect(offer(sources, 'a', 2, 200)).toBe(true);
    expect(offer(sources, 'a', 2, 150)).toBe(false);
    // What the old counter sent comes again: above the new counter, so not a duplicate by the rule, and its seq leads again.
    expect(offer(sources, 'a', 1_000, 100)).toBe(true);
    expect(offer(sources, 'a', 3, 200)).toBe(false);
  });

  it('lets an older tick with a higher seq advance the seq and leave the time', () => {
    const sources = new Sources();
    offer(sources, 'a', 5, 100);
    offer(sources, 'a', 9, 50);
    expect(offer(sources, 'a', 8, 100)).toBe(false);
    expect(offer(sources, 'a', 8, 101)).toBe(true);
  });

  it('lets a tick without seq advance the time alone', () => {
    const sources = new Sources();
    offer(sources, 'a', 5, 100);
    offer(sources, 'a', null, 200);
    expect(offer(sources, 'a', 5, 150)).toBe(false);
    expect(offer(sources, 'a', 6, 150)).toBe(true);
  });

  it('has no seq to compare with before a source’s first tick with one', () => {
    const sources = new Sources();
    offer(sources, 'a', null, 100);
    expect(offer(sources, 'a', -9_000, 50)).toBe(true);
    expect(offer(sources, 'a', -9_000, 50)).toBe(false);
  });

  it('counts every source for itself', () => {
    const sources = new Sources();
    offer(sources, 'a', 5, 100);
    expect(offer(sources, 'b', 5, 100)).toBe(true);
    expect(offer(sources, 'a', 5, 100)).toBe(false);
    expect(offer(sources, 'b', 5, 100)).toBe(false);
  });
});

describe('at most 256 sources are remembered', () => {
  /** Sources s000 … s255 with seq 1, highest event times 1,000 … 1,255. */
  function full(): Sources {
    const sources = new Sources();
    for (let i = 0; i < MAX_SOURCES; i++) offer(sources, `s${String(i).padStart(3, '0')}`, 1, 1_000 + i);
    return sources;
  }
  const names = (sources: Sources) => [...sources.entries()].map(([id]) => id);

  it('keeps 256 and forgets none of them', () => {
    expect(names(full())).toHaveLength(256);
  });

  it('forgets the one whose highest event time is the oldest', () => {
    const sources = full();
    offer(sources, 's000', 2, 5_000);
    offer(sources, 'new', 1, 6_000);
    expect(names(sources)).toHaveLength(256);
    expect(names(sources)).not.toContain('s001');
    expect(names(sources)).toContain('s000');
    expect(offer(sources, 's000', 2, 5_000)).toBe(false);
  });

  it('takes the first by name where several are as old', () => {
    const sources = new Sources();
    for (let i = MAX_SOURCES; i > 0; i--) offer(sources, `s${String(i).padStart(3, '0')}`, 1, 1_000);
    offer(sources, 'z', 1, 1_000);
    expect(names(sources)).not.toContain('s001');
    expect(names(sources)).toContain('s002');
  });

  it('forgets a new source at once where its tick is older than all others', () => {
    const sources = full();
    expect(offer(sources, 'old', 1, 1)).toBe(true);
    expect(names(sources)).not.toContain('old');
    expect(offer(sources, 'old', 1, 1)).toBe(true);
  });

  it('accepts what a forgotten source sends again', () => {
    const sources = full();
    expect(offer(sources, 's000', 1, 1_000)).toBe(false);
    offer(sources, 'new', 1, 6_000);
    expect(offer(sources, 's000', 1, 1_000)).toBe(true);
  });
});

describe('sources within a symbol', () => {
  it('advance even where their tick is LATE', () => {
    const late = tickAt(0, 1, { seq: 7, sourceId: 'a' });
    const desk = new Desk().feed(tickAt(5 * MINUTE, 1, { sourceId: 'b' }), late, late);
    expect(desk.out.refusedLines).toEqual(['#1 LATE 1m']);
    expect(desk.out.duplicates).toEqual(['#2']);
    expect(desk.stage.counts).toEqual({ accepted: 2, late: 1, duplicates: 1, refused: 0, held: 0 });
  });

  it('do not advance where their tick is refused', () => {
    const desk = new Desk().feed(
      tickAt(0, 1, { seq: 1 }),
      tickAt(30_000, 1, { seq: 9, ask: 0.5 }),
      tickAt(0, 2, { seq: 2 }),
      tickAt(MINUTE, 2, { seq: 3 }),
    );
    expect(desk.out.duplicates).toEqual([]);
    expect(desk.bars[0]).toMatchObject({ tickCount: 2 });
  });

  it('keep a duplicate out of the bar', () => {
    const desk = new Desk().feed(tickAt(0, 1, { seq: 1 }), tickAt(0, 9, { seq: 1 }), tickAt(MINUTE, 1, { seq: 2 }));
    expect(desk.bars[0]).toMatchObject({ high: 1, tickCount: 1 });
  });
});
