import { describe, expect, it } from 'vitest';
import type { Tick } from '../../../src/domain/tick.ts';
import { Desk, HOUR, MINUTE, Recorder, SECOND, tickAt } from './support.ts';

const SETTINGS = { timeframes: ['1m', '5m'], maxJumpMs: HOUR, graceMs: { '1m': 30 * SECOND }, maxGapBars: 20 } as const;

/** A feed with every kind of trouble: repeats, late ticks, a wrong clock, a crossed quote, silences, a restart, a far jump that is real. */
function troubledFeed(): Tick[] {
  const ticks: Tick[] = [];
  const at = (seconds: number, fields: Partial<Tick> = {}) =>
    ticks.push(tickAt(seconds * SECOND, 1 + ticks.length / 1_000, { seq: ticks.length, ...fields }));
  for (let i = 0; i < 30; i++) at(i * 17, { sourceId: i % 3 === 0 ? 'a' : 'b' });
  at(100);
  ticks.push(ticks[10]!);
  at(99_999);
  at(520, { ask: 0.1 });
  at(530);
  at(540, { volume: -1 });
  at(900);
  at(880, { hasSeq: false });
  at(2_400);
  at(99_999);
  at(100_000);
  at(99_990);
  at(200_000);
  return ticks;
}

describe('a symbol’s stage', () => {
  it('accounts for every tick: seen = accepted + duplicates + refused other than LATE + held', () => {
    const desk = new Desk(SETTINGS);
    troubledFeed().forEach((tick, i) => {
      desk.feed(tick);
      const { accepted, duplicates, refused, held } = desk.stage.counts;
      expect(accepted + duplicates + refused + held).toBe(i + 1);
    });
    expect(desk.stage.counts).toEqual({ accepted: 38, late: 2, duplicates: 1, refused: 3, held: 1 });
    expect(desk.out.refusedLines).toEqual(['#30 LATE 1m;5m', '#33 CROSSED', '#32 FUTURE', '#35 BAD_VOLUME', '#37 LATE 5m']);
    expect(desk.out.duplicates).toEqual(['#31']);
  });

  it('goes on after a restore as if it had never stopped, wherever it is cut', () => {
    const feed = troubledFeed();
    const whole = new Desk(SETTINGS).feed(...feed).out;
    for (let cut = 0; cut <= feed.length; cut++) {
      const first = new Desk(SETTINGS).feed(...feed.slice(0, cut));
      const second = new Desk(SETTINGS);
      second.stage.restore(first.stage.snapshot());
      const rest = new Recorder();
      feed.slice(cut).forEach((tick, i) => {
        second.stage.process(tick, `#${cut + i}`, rest);
      });
      expect([...first.bars, ...rest.bars]).toEqual(whole.bars);
      expect([...first.out.refusedLines, ...rest.refusedLines]).toEqual(whole.refusedLines);
      expect([...first.out.duplicates, ...rest.duplicates]).toEqual(whole.duplicates);
    }
  });

  it('counts a tick that a restore brought back as held', () => {
    const first = new Desk(SETTINGS).feed(tickAt(0), tickAt(9 * HOUR));
    const second = new Desk(SETTINGS);
    second.stage.restore(first.stage.snapshot());
    expect(second.stage.counts.held).toBe(1);
    second.feed(tickAt(1));
    expect(second.stage.counts).toEqual({ accepted: 1, late: 0, duplicates: 0, refused: 1, held: 0 });
  });

  it('hands out a snapshot that later ticks do not change', () => {
    const desk = new Desk(SETTINGS).feed(tickAt(0, 1, { seq: 1 }), tickAt(9 * HOUR, 5, { seq: 2 }));
    const snapshot = desk.stage.snapshot();
    const copy = structuredClone(snapshot);
    desk.feed(tickAt(1, 9, { seq: 3 }), tickAt(MINUTE, 7, { seq: 4 }), tickAt(10 * MINUTE, 7, { seq: 5 }));
    expect(structuredClone(snapshot)).toEqual(copy);
  });

  it('is not changed through the tick object it was handed, which its source uses again', () => {
    const desk = new Desk(SETTINGS).feed(tickAt(0));
    const reused = tickAt(9 * HOUR, 5);
    desk.feed(reused);
    Object.assign(reused, tickAt(9 * HOUR + 1, 6));
    desk.feed(reused, tickAt(9 * HOUR + 2 * MINUTE, 6));
    const bar = desk.bars.filter((each) => each.timeframe === '1m').at(-1);
    expect(bar).toMatchObject({ open: 5, close: 6 });
  });
});
