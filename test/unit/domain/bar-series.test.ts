import { describe, expect, it } from 'vitest';
import { TIMEFRAMES } from '../../../src/domain/timeframe.ts';
import { DAY, Desk, HOUR, MINUTE, SECOND, sketch, tickAt, timeline } from './support.ts';

describe('slots and bars (spec section 2)', () => {
  it('stamps a bar with the END of its slot and closes it with the first tick at or past that end', () => {
    const desk = new Desk().feed(tickAt(61 * SECOND, 5), tickAt(2 * MINUTE - 1, 7));
    expect(desk.bars).toEqual([]);
    desk.feed(tickAt(2 * MINUTE, 9));
    expect(sketch(desk.bars)).toEqual(['2* 5 7 5 7 v2']);
  });

  it('puts a tick on the border into the slot that begins there', () => {
    const desk = new Desk().feed(tickAt(0, 1), tickAt(MINUTE, 2), tickAt(2 * MINUTE, 3));
    expect(sketch(desk.bars)).toEqual(['1* 1 1 1 1 v1', '2 2 2 2 2 v1']);
  });

  it('counts slots from the epoch, before it as well', () => {
    const desk = new Desk().feed(tickAt(-1, 1), tickAt(-0, 2), tickAt(MINUTE, 3));
    expect(timeline(desk.bars)).toBe('0* 1');
  });

  it('builds every timeframe at once, each on its own grid', () => {
    const desk = new Desk({ timeframes: TIMEFRAMES }).feed(tickAt(0, 1), tickAt(DAY, 2));
    const ends = new Map(desk.bars.filter((bar) => !bar.isMissing).map((bar) => [bar.timeframe, bar.timestampUtc]));
    expect([...ends]).toEqual([
      ['1s', SECOND],
      ['1m', MINUTE],
      ['5m', 5 * MINUTE],
      ['15m', 15 * MINUTE],
      ['1H', HOUR],
      ['4H', 4 * HOUR],
      ['1D', DAY],
    ]);
  });

  it('closes nothing at the end of the input', () => {
    expect(new Desk().feed(tickAt(0), tickAt(MINUTE - 1)).bars).toEqual([]);
  });

  it('marks the first bar of a series as partial and no other', () => {
    const desk = new Desk().feed(tickAt(0), tickAt(MINUTE), tickAt(4 * MINUTE), tickAt(5 * MINUTE));
    expect(timeline(desk.bars)).toBe('1* 2 (3) (4) 5');
  });

  it('names the closing tick’s source and counts the ticks', () => {
    const desk = new Desk().feed(tickAt(1, 1, { sourceId: 'b' }), tickAt(0, 1, { sourceId: 'a' }), tickAt(MINUTE));
    expect(desk.bars[0]).toMatchObject({ sourceId: 'b', tickCount: 2 });
  });

  it('builds from the price that the settings name', () => {
    const desk = new Desk({ price: 'ask' }).feed(tickAt(0, 0, { bid: 1, ask: 4 }), tickAt(MINUTE));
    expect(desk.bars[0]).toMatchObject({ open: 4, high: 4, low: 4, close: 4 });
  });
});

describe('missing bars', () => {
  it('stand for every slot after the first bar that has no tick, all null, never filled forward', () => {
    const { bars } = new Desk().feed(tickAt(0, 3, { volume: 2 }), tickAt(2 * MINUTE), tickAt(3 * MINUTE));
    expect(bars[1]).toEqual({
      symbol: 'EURUSD',
      timeframe: '1m',
      timestampUtc: 2 * MINUTE,
      open: Number.NaN,
      high: Number.NaN,
      low: Number.NaN,
      close: Number.NaN,
      volume: Number.NaN,
      logReturn1: Number.NaN,
      spreadEstimate: Number.NaN,
      isMissing: true,
      isOutlier: false,
      validBar: false,
      sourceId: null,
      tickCount: 0,
      isPartial: false,
    });
  });

  it('are not emitted before the first bar, nor while their own slot may still get a tick', () => {
    const desk = new Desk().feed(tickAt(10 * MINUTE), tickAt(12 * MINUTE));
    expect(timeline(desk.bars)).toBe('11* (12)');
  });

  it('come in grid order between the bars that close in the same step', () => {
    const desk = new Desk({ graceMs: { '1m': 10 * MINUTE } });
    desk.feed(tickAt(5 * MINUTE), tickAt(2 * MINUTE), tickAt(7 * MINUTE), tickAt(30 * MINUTE));
    expect(timeline(desk.bars)).toBe('3* (4) (5) 6 (7) 8 (9) (10) (11) (12) (13) (14) (15) (16) (17) (18) (19) (20)');
  });
});

describe('grace: a bar closes when the highest event time reaches its slot’s end + grace', () => {
  const withGrace = () => new Desk({ graceMs: { '1m': 90 * SECOND } });

  it('holds several slots open, and closes each to the millisecond', () => {
    const desk = withGrace().feed(tickAt(0, 1), tickAt(MINUTE, 2), tickAt(2 * MINUTE, 3), tickAt(150 * SECOND - 1, 4));
    expect(timeline(desk.bars)).toBe('');
    desk.feed(tickAt(150 * SECOND, 5));
    expect(timeline(desk.bars)).toBe('1*');
    desk.feed(tickAt(210 * SECOND, 5));
    expect(timeline(desk.bars)).toBe('1* 2');
  });

  it('lets late ticks into the slots still open, in any order', () => {
    const desk = withGrace().feed(tickAt(2 * MINUTE, 3), tickAt(MINUTE, 2), tickAt(61 * SECOND, 8), tickAt(0, 1), tickAt(1, 7));
    desk.feed(tickAt(10 * MINUTE));
    expect(desk.out.refusals).toEqual([]);
    expect(sketch(desk.bars.slice(0, 3))).toEqual(['1* 1 7 1 7 v2', '2 2 8 2 8 v2', '3 3 3 3 3 v1']);
  });

  it('does not let the slots before the first tick, closed by then, open again', () => {
    const desk = withGrace().feed(tickAt(10 * MINUTE), tickAt(8 * MINUTE), tickAt(8.5 * MINUTE));
    expect(desk.out.refusedLines).toEqual([]);
    desk.feed(tickAt(8 * MINUTE - 1));
    expect(desk.out.refusedLines).toEqual(['#3 LATE 1m']);
  });

  it('is set per timeframe, 0 where absent', () => {
    const desk = new Desk({ timeframes: ['1m', '5m'], graceMs: { '5m': MINUTE } });
    desk.feed(tickAt(0), tickAt(5 * MINUTE));
    expect(desk.bars.map((bar) => bar.timeframe)).toEqual(['1m', '1m', '1m', '1m', '1m']);
    desk.feed(tickAt(6 * MINUTE));
    expect(desk.bars.at(-1)).toMatchObject({ timeframe: '5m', timestampUtc: 5 * MINUTE });
  });
});

describe('LATE: a tick for a closed slot', () => {
  it('is judged per timeframe, enters the others, and is refused once, naming those it was too late for', () => {
    const desk = new Desk({ timeframes: ['1s', '1m', '5m', '1H'] });
    desk.feed(tickAt(0, 1), tickAt(6 * MINUTE, 1), tickAt(4 * MINUTE, 9), tickAt(HOUR, 1));
    expect(desk.out.refusedLines).toEqual(['#2 LATE 1s;1m;5m']);
    expect(desk.bars.filter((bar) => bar.high === 9).map((bar) => bar.timeframe)).toEqual(['1H']);
    expect(desk.stage.counts).toEqual({ accepted: 4, late: 1, duplicates: 0, refused: 0, held: 0 });
  });

  it('is not a tick that is merely out of order within its slot', () => {
    const desk = new Desk().feed(tickAt(59 * SECOND), tickAt(0));
    expect(desk.out.refusals).toEqual([]);
  });

  it('is the last millisecond of a slot whose end has been reached', () => {
    const desk = new Desk().feed(tickAt(MINUTE), tickAt(MINUTE - 1));
    expect(desk.out.refusedLines).toEqual(['#1 LATE 1m']);
  });

  it('never changes or repeats a bar that is out', () => {
    const desk = new Desk().feed(tickAt(0, 1), tickAt(MINUTE, 2), tickAt(0, 100), tickAt(2 * MINUTE, 3));
    expect(sketch(desk.bars)).toEqual(['1* 1 1 1 1 v1', '2 2 2 2 2 v1']);
  });
});

describe('idle: the wall clock closes what event time leaves open (live only)', () => {
  it('closes a slot when the wall clock reaches its end + grace + idle', () => {
    const desk = new Desk({ graceMs: { '1m': SECOND } }).feed(tickAt(0, 1));
    desk.stage.idle(MINUTE + 3 * SECOND - 1, 2 * SECOND, desk.out.bar);
    expect(timeline(desk.bars)).toBe('');
    desk.stage.idle(MINUTE + 3 * SECOND, 2 * SECOND, desk.out.bar);
    expect(timeline(desk.bars)).toBe('1*');
  });

  it('emits missing bars for the silent slots, and ticks for a slot it closed are LATE', () => {
    const desk = new Desk().feed(tickAt(0, 1));
    desk.stage.idle(3 * MINUTE, 0, desk.out.bar);
    desk.feed(tickAt(2 * MINUTE, 2), tickAt(3 * MINUTE, 3), tickAt(4 * MINUTE, 4));
    expect(timeline(desk.bars)).toBe('1* (2) (3) 4');
    expect(desk.out.refusedLines).toEqual(['#1 LATE 1m']);
  });

  it('makes a further tick of the slot that it just closed LATE', () => {
    const desk = new Desk().feed(tickAt(0, 1));
    desk.stage.idle(MINUTE, 0, desk.out.bar);
    desk.feed(tickAt(1, 9), tickAt(2 * MINUTE, 2));
    expect(desk.out.refusedLines).toEqual(['#1 LATE 1m']);
    expect(timeline(desk.bars)).toBe('1* (2)');
  });

  it('never opens a closed slot when the wall clock steps back', () => {
    const desk = new Desk().feed(tickAt(0, 1));
    desk.stage.idle(3 * MINUTE, 0, desk.out.bar);
    desk.stage.idle(MINUTE, 0, desk.out.bar);
    desk.feed(tickAt(MINUTE, 2));
    expect(desk.out.refusedLines).toEqual(['#1 LATE 1m']);
  });

  it('does nothing for a symbol without ticks', () => {
    const desk = new Desk();
    desk.stage.idle(DAY, 0, desk.out.bar);
    expect(desk.bars).toEqual([]);
    expect(timeline(desk.feed(tickAt(0), tickAt(MINUTE)).bars)).toBe('1*');
  });
});

describe('quality counts', () => {
  it('follow the bars: all, missing, valid, missing in a row now', () => {
    const desk = new Desk({ minVolume: 2 }).feed(
      tickAt(0, 1, { volume: 2 }),
      tickAt(2 * MINUTE, 1, { volume: 1 }),
      tickAt(3 * MINUTE, 1, { volume: 9 }),
      tickAt(7 * MINUTE, 1),
    );
    expect(timeline(desk.bars)).toBe('1* (2) 3 4 (5) (6) (7)');
    expect(desk.series.quality).toEqual({ bars: 7, missing: 4, valid: 2, consecutiveMissing: 3, restarts: 0 });
  });
});
