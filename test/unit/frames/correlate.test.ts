import { expect, it } from 'vitest';
import { correlate } from '../../../src/frames/correlate.ts';
import { makeFrame } from '../../../src/frames/frame.ts';
import { describeWithDanfo } from '../../with-danfo.ts';

const NULL = Number.NaN;

/** Columns a, b, c … with times 10, 20, 30 … as index. */
const table = (...rows: number[][]) =>
  makeFrame(
    rows[0]!.map((_, at) => ({ name: 'abc'[at]!, kind: 'number' })),
    rows,
    rows.map((_, at) => 10 * (at + 1)),
  );

describeWithDanfo('correlations of a frame', () => {
  it('are those of the last rows of the window, both ends included', () => {
    // Before the window a and b move together, within it against each other.
    const frame = table([5, 5], [9, 9], [1, -1], [2, -2], [3, -3]);
    const { rho, nObs, windowStart, windowEnd } = correlate(frame, { window: 3, minObs: 2 });
    expect((rho.values as number[][]).map((row) => row.map((value) => Number(value.toFixed(12))))).toEqual([
      [1, -1],
      [-1, 1],
    ]);
    expect(nObs.values).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect([windowStart, windowEnd]).toEqual([30, 50]);
    expect(correlate(frame, { window: 2, minObs: 2, end: 25 })).toMatchObject({ windowStart: 10, windowEnd: 20 });
    expect((correlate(frame, { window: 2, minObs: 2, end: 20 }).rho.values as number[][])[0]![1]).toBeCloseTo(1, 12);
  });

  it('are the textbook ones', () => {
    const frame = table([1, 2], [2, 1], [3, 4], [4, 3]);
    expect((correlate(frame, { window: 9, minObs: 2 }).rho.values as number[][])[0]![1]).toBeCloseTo(0.6, 12);
  });

  it('use of a pair only the rows that both have, for its means too', () => {
    const frame = table([1, 10], [NULL, -500], [2, 20], [700, NULL], [3, 30]);
    const { rho, nObs } = correlate(frame, { window: 5, minObs: 3 });
    expect((rho.values as number[][])[0]![1]).toBeCloseTo(1, 12);
    expect(nObs.values).toEqual([
      [4, 3],
      [3, 4],
    ]);
  });

  it('are null below min_obs, and where one side does not vary', () => {
    const frame = table([1, 5, NULL], [2, 5, NULL], [3, 5, 1]);
    expect(correlate(frame, { window: 3, minObs: 3 }).rho.values).toEqual([
      [1, NULL, NULL],
      [NULL, NULL, NULL],
      [NULL, NULL, NULL],
    ]);
    expect(correlate(frame, { window: 3, minObs: 4 }).rho.values).toEqual(Array(3).fill([NULL, NULL, NULL]));
  });

  it('want a pivoted frame, and a row in the window', () => {
    const frame = makeFrame([{ name: 'a', kind: 'number' }], [[1], [2]], [20, 10]);
    expect(() => correlate(frame, { window: 2, minObs: 2 })).toThrow('the index of the frame is not ascending times');
    expect(() => correlate(table([1], [2]), { window: 2, minObs: 2, end: 5 })).toThrow('no row of the frame is in the window');
  });
});
