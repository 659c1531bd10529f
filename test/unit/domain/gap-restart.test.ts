import { describe, expect, it } from 'vitest';
import { Desk, MINUTE, sketch, tickAt, timeline, utc } from './support.ts';

const at = (minute: number, price = 1) => tickAt(minute * MINUTE, price);

describe('max_gap_bars: a run of more empty slots than this restarts the series (spec section 2)', () => {
  it('emits a run of exactly max_gap_bars', () => {
    const desk = new Desk({ maxGapBars: 3 }).feed(at(0), at(4), at(5));
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4) 5');
    expect(desk.series.quality.restarts).toBe(0);
  });

  it('emits nothing of a longer run that closes in one step, and the next bar begins a series', () => {
    const desk = new Desk({ maxGapBars: 3 }).feed(at(0), at(5), at(6), at(7));
    expect(timeline(desk.bars)).toBe('1* 6* 7');
    expect(desk.series.quality.restarts).toBe(1);
  });

  it('restarts at the first empty slot where max_gap_bars is 0', () => {
    expect(timeline(new Desk({ maxGapBars: 0 }).feed(at(0), at(1), at(3), at(4)).bars)).toBe('1* 2 4*');
  });

  it('forgets what came before: no return, no spread average, no window of returns reaches over a restart', () => {
    const far = (minute: number, price: number) => tickAt(minute * MINUTE, 0, { bid: price * 0.99, ask: price * 1.01 });
    const desk = new Desk({ maxGapBars: 3 }).feed(at(0, 100), far(9, 200), far(10, 201), far(11, 201));
    expect(sketch(desk.bars).map((line) => line.split(' ')[0])).toEqual(['1*', '10*', '11']);
    expect(desk.bars[1]).toMatchObject({ logReturn1: Number.NaN, isOutlier: false, spreadEstimate: expect.closeTo(0.02, 12) });
    expect(desk.bars[2]?.logReturn1).toBeCloseTo(Math.log(201 / 200), 12);
  });

  it('counts a run across several steps, those already emitted included', () => {
    const desk = new Desk({ maxGapBars: 3 }).feed(at(0));
    for (const minute of [2, 3, 4]) desk.stage.idle(minute * MINUTE, 0, desk.out.bar);
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4)');
    desk.stage.idle(5 * MINUTE, 0, desk.out.bar);
    desk.stage.idle(6 * MINUTE, 0, desk.out.bar);
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4)');
    expect(timeline(desk.feed(at(9), at(10)).bars)).toBe('1* (2) (3) (4) 10*');
    expect(desk.series.quality.restarts).toBe(1);
  });

  it('counts across steps with a grace as well, where a run closes bit by bit before the next bar does', () => {
    const desk = new Desk({ maxGapBars: 3, graceMs: { '1m': 4 * MINUTE } });
    desk.feed(at(0), at(5), at(6), at(7), at(8));
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4)');
    desk.feed(at(9));
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4)');
    desk.feed(at(10));
    expect(timeline(desk.bars)).toBe('1* (2) (3) (4) 6*');
  });

  it('starts the run anew at every bar with ticks', () => {
    const desk = new Desk({ maxGapBars: 3 }).feed(at(0), at(3), at(6), at(9), at(10));
    expect(timeline(desk.bars)).toBe('1* (2) (3) 4 (5) (6) 7 (8) (9) 10');
  });

  it('emits the bars with ticks that close in the same step, each run of empty slots judged for itself', () => {
    const desk = new Desk({ maxGapBars: 3, graceMs: { '1m': 30 * MINUTE } });
    desk.feed(at(0), at(3), at(10), at(12), at(14), at(16), at(60));
    expect(timeline(desk.bars)).toBe('1* (2) (3) 4 11* (12) 13 (14) 15 (16) 17');
    expect(desk.series.quality.restarts).toBe(2);
  });

  it('does not count slots that are off the calendar', () => {
    const closures = [{ fromMs: 2 * MINUTE, toMs: 100 * MINUTE }];
    const desk = new Desk({ maxGapBars: 3, closures }).feed(at(0), at(102), at(103));
    expect(timeline(desk.bars)).toBe('1* (2) (101) (102) 103');
    const longer = new Desk({ maxGapBars: 3, closures }).feed(at(0), at(103), at(104));
    expect(timeline(longer.bars)).toBe('1* 104*');
  });

  it('restarts no series over a week-end of the fx calendar', () => {
    const friday = utc('2024-01-05T21:59');
    const sunday = utc('2024-01-07T22:00');
    const desk = new Desk({ calendar: 'fx', maxGapBars: 0 }).feed(tickAt(friday), tickAt(sunday), tickAt(sunday + MINUTE));
    expect(desk.bars.map((bar) => [bar.timestampUtc, bar.isPartial])).toEqual([
      [friday + MINUTE, true],
      [sunday + MINUTE, false],
    ]);
  });

  it('restarts one timeframe and leaves the others alone', () => {
    const desk = new Desk({ timeframes: ['1m', '1H'], maxGapBars: 3 }).feed(at(0), at(61), at(62), at(120));
    expect(timeline(desk.bars.filter((bar) => bar.timeframe === '1m'))).toBe('1* 62* 63');
    expect(timeline(desk.bars.filter((bar) => bar.timeframe === '1H'))).toBe('60* 120');
  });

  it('bounds the work of any jump', () => {
    const desk = new Desk({ timeframes: ['1s'] }).feed(tickAt(-8.64e15), tickAt(8.64e15), tickAt(8.64e15 + 1_000));
    expect(desk.bars.map((bar) => bar.isPartial)).toEqual([true, true]);
  });
});
