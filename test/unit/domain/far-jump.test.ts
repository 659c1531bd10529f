import { describe, expect, it } from 'vitest';
import { defaultMaxJumpMs } from '../../../src/domain/settings.ts';
import { DAY, Desk, HOUR, MINUTE, SECOND, tickAt, timeline } from './support.ts';

/** Ticks more than an hour ahead are far. */
const desk = () => new Desk({ maxJumpMs: HOUR });
const START = tickAt(0, 1, { seq: 1 });

describe('max_jump', () => {
  it.each([
    ['one hour', ['1s', '1m', '5m'], HOUR],
    ['four slots of the largest timeframe', ['1m', '1H'], 4 * HOUR],
    ['four days', ['1D', '1s'], 4 * DAY],
    ['one hour and not four slots', ['15m'], HOUR],
  ] as const)('is %s by default for %j', (_, timeframes, expected) => {
    expect(defaultMaxJumpMs(timeframes)).toBe(expected);
  });
});

describe('a far jump (spec section 1)', () => {
  it('is not one at exactly max_jump', () => {
    const { stage } = desk().feed(START, tickAt(HOUR, 1, { seq: 2 }));
    expect(stage.counts).toMatchObject({ accepted: 2, held: 0 });
  });

  it('is held, and advances nothing: no bar closes, nothing becomes late', () => {
    const { stage, bars, out } = desk().feed(START, tickAt(HOUR + 1, 1, { seq: 2 }));
    expect(stage.counts).toEqual({ accepted: 1, late: 0, duplicates: 0, refused: 0, held: 1 });
    expect(bars).toEqual([]);
    expect(out.refusals).toEqual([]);
  });

  it('is released by a second far tick, held one first: a real gap opens at its second tick', () => {
    const d = desk().feed(START, tickAt(2 * HOUR, 5, { seq: 2 }), tickAt(2 * HOUR + MINUTE, 6, { seq: 3 }));
    expect(d.stage.counts).toMatchObject({ accepted: 3, held: 0 });
    expect(d.bars).toHaveLength(121);
    expect(d.bars.at(-1)).toMatchObject({ timestampUtc: 2 * HOUR + MINUTE, open: 5, close: 5, tickCount: 1 });
  });

  it('compares the second tick with the same highest event time, not with the held tick', () => {
    const d = desk().feed(START, tickAt(10 * HOUR, 5, { seq: 2 }), tickAt(2 * HOUR, 6, { seq: 3 }));
    expect(d.stage.counts).toMatchObject({ accepted: 3, late: 1, held: 0 });
    expect(d.out.refusedLines).toEqual(['#2 LATE 1m']);
  });

  it('is FUTURE where a near tick follows, which is processed as usual', () => {
    const d = desk().feed(START, tickAt(9 * HOUR, 5, { seq: 2 }), tickAt(MINUTE, 2, { seq: 3 }), tickAt(2 * MINUTE, 3, { seq: 4 }));
    expect(d.out.refusedLines).toEqual(['#1 FUTURE']);
    expect(timeline(d.bars)).toBe('1* 2');
    expect(d.stage.counts).toEqual({ accepted: 3, late: 0, duplicates: 0, refused: 1, held: 0 });
  });

  it('is FUTURE too where the near tick that follows is LATE', () => {
    const d = desk().feed(tickAt(0), tickAt(5 * MINUTE), tickAt(9 * HOUR), tickAt(0));
    expect(d.out.refusedLines).toEqual(['#2 FUTURE', '#3 LATE 1m']);
  });

  it('can follow a FUTURE one: every wrong clock is held anew', () => {
    const d = desk().feed(tickAt(0), tickAt(9 * HOUR), tickAt(1), tickAt(9 * HOUR), tickAt(2));
    expect(d.out.refusedLines).toEqual(['#1 FUTURE', '#3 FUTURE']);
    expect(d.stage.counts.accepted).toBe(3);
  });

  it('does not hold a released tick again, however far the second one lies behind the first', () => {
    const d = desk().feed(START, tickAt(2 * HOUR, 1, { seq: 2 }), tickAt(99 * HOUR, 1, { seq: 3 }));
    expect(d.stage.counts).toMatchObject({ accepted: 3, held: 0 });
  });

  it('is undecided by a repeat of the held tick: a duplicate, not the second tick', () => {
    const held = tickAt(9 * HOUR, 5, { seq: 2, sourceId: 'a' });
    const d = desk().feed(START, held, held, { ...held, eventTime: 8 * HOUR });
    expect(d.out.duplicates).toEqual(['#2', '#3']);
    expect(d.stage.counts).toEqual({ accepted: 1, late: 0, duplicates: 2, refused: 0, held: 1 });
    d.feed(tickAt(9 * HOUR, 6, { seq: 2, sourceId: 'b' }));
    expect(d.stage.counts).toMatchObject({ accepted: 3, held: 0 });
  });

  it('is released by a second far tick without seq: only a seq tells a repeat', () => {
    const d = desk().feed(tickAt(0), tickAt(9 * HOUR, 5), tickAt(9 * HOUR, 5));
    expect(d.stage.counts).toMatchObject({ accepted: 3, duplicates: 0, held: 0 });
  });

  it('is undecided by ticks that do not pass the checks before it: bad ones and duplicates', () => {
    const d = desk().feed(START, tickAt(9 * HOUR, 5, { seq: 2 }), tickAt(MINUTE, 1, { seq: 3, ask: 0.5 }), tickAt(9 * HOUR, -1), START);
    expect(d.out.refusedLines).toEqual(['#2 CROSSED', '#3 BAD_PRICE']);
    expect(d.out.duplicates).toEqual(['#4']);
    expect(d.stage.counts.held).toBe(1);
  });

  it('does not advance its source while held, so the source’s next good tick is no duplicate', () => {
    const d = desk().feed(START, tickAt(9 * HOUR, 5, { seq: 900 }), tickAt(0, 2, { seq: 2 }));
    expect(d.out.duplicates).toEqual([]);
    expect(d.stage.counts.accepted).toBe(2);
  });

  it('is never seen in a symbol’s first tick', () => {
    const d = desk().feed(tickAt(8.64e15 - DAY, 1));
    expect(d.stage.counts).toMatchObject({ accepted: 1, held: 0 });
  });

  it('leaves a tick that is still held when the input ends in no bar and not refused', () => {
    const d = desk().feed(START, tickAt(MINUTE, 2, { seq: 2 }), tickAt(9 * HOUR, 5, { seq: 3 }));
    expect(timeline(d.bars)).toBe('1*');
    expect(d.out.refusals).toEqual([]);
    expect(d.stage.snapshot().held).toMatchObject({ origin: '#2', tick: { seq: 3, eventTime: 9 * HOUR } });
  });
});

describe('the live rule: an event time more than aheadMs ahead of the wall clock', () => {
  const clock = (nowMs: number) => ({ nowMs, aheadMs: 5 * SECOND });

  it('is held though it is no far jump', () => {
    const d = desk()
      .live(tickAt(0), clock(0))
      .live(tickAt(6 * SECOND), clock(SECOND - 1));
    expect(d.stage.counts).toMatchObject({ accepted: 1, held: 1 });
  });

  it('is not held at exactly aheadMs, nor without the live clock, nor as the first tick', () => {
    const d = desk()
      .live(tickAt(0), clock(-DAY))
      .live(tickAt(5 * SECOND), clock(0))
      .live(tickAt(MINUTE), null);
    expect(d.stage.counts).toMatchObject({ accepted: 3, held: 0 });
  });

  it('is FUTURE where a tick on time follows, and released where a second one is ahead as well', () => {
    const wrong = desk().live(tickAt(0), clock(0)).live(tickAt(MINUTE), clock(0)).live(tickAt(SECOND), clock(SECOND));
    expect(wrong.out.refusedLines).toEqual(['#1 FUTURE']);
    const right = desk()
      .live(tickAt(0), clock(0))
      .live(tickAt(MINUTE), clock(0))
      .live(tickAt(MINUTE + 1), clock(0));
    expect(right.stage.counts).toMatchObject({ accepted: 3, held: 0 });
  });
});
