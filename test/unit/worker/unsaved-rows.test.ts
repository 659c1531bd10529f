import { describe, expect, test } from 'vitest';
import { ValidBars } from '../../../src/domain/valid-bars.ts';
import { unpackFlags } from '../../../src/worker/bitmap.ts';
import { UnsavedRows } from '../../../src/worker/unsaved-rows.ts';
import { cleanBar } from '../domain/support.ts';

const HISTORY = 4;
const FLAGS = 6;

interface Written {
  place: number | 'last';
  bars: number;
  close: number | null;
  offset: number;
  flags: number[];
}

/** Bars of a series, valid or not, added with their number as close and input offset. */
class Series {
  readonly validBars = new ValidBars(FLAGS);
  readonly rows = new UnsavedRows(HISTORY, FLAGS);

  add(...valid: boolean[]): void {
    for (const validBar of valid) {
      this.validBars.push(validBar);
      const { bars } = this.validBars;
      this.rows.add(cleanBar(bars, bars, { validBar }), this.validBars, 0, bars);
    }
  }

  drain(): Written[] {
    const written: Written[] = [];
    this.rows.drain((place, { bars, isValid, close, inputOffset, recentValid }) => {
      written.push({ place, bars, close: isValid ? close : null, offset: inputOffset, flags: [...unpackFlags(recentValid, FLAGS)] });
    });
    return written;
  }
}

describe('state rows that wait for a commit', () => {
  test('come out in the order of their bars, each with the counters after its bar', () => {
    const series = new Series();
    series.add(true, false, true);
    expect(series.drain()).toEqual([
      { place: 0, bars: 1, close: 1, offset: 1, flags: [1, 0, 0, 0, 0, 0] },
      { place: 'last', bars: 2, close: null, offset: 2, flags: [1, 0, 0, 0, 0, 0] },
      { place: 1, bars: 3, close: 3, offset: 3, flags: [1, 0, 1, 0, 0, 0] },
    ]);
  });

  test('leave out what a later bar has overwritten: no more than the ring holds, and one for bars that are not valid', () => {
    const series = new Series();
    series.add(...Array.from({ length: 50 }, (_, i) => i % 5 !== 4));
    const written = series.drain();
    expect(written.map(({ bars, close }) => [bars, close])).toEqual([
      [46, 46],
      [47, 47],
      [48, 48],
      [49, 49],
      [50, null],
    ]);
    expect(new Set(written.map(({ place }) => place)).size).toBe(HISTORY + 1);
  });

  test('are gone once handed out; the ring goes on where it was', () => {
    const series = new Series();
    series.add(true, true, true);
    series.drain();
    expect(series.drain()).toEqual([]);
    series.add(true, true);
    expect(series.drain().map(({ place, bars }) => [place, bars])).toEqual([
      [3, 4],
      [0, 5],
    ]);
  });
});
