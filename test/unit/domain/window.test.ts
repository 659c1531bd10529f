import { describe, expect, it } from 'vitest';
import { RollingMax, RollingMoments, RollingSum, RollingValues, type RollingWindow } from '../../../src/domain/window.ts';

const NULL = Number.NaN;

/** What `read` gives after each of the values. */
function track<W extends RollingWindow>(window: W, values: readonly number[], read: (window: W) => number): number[] {
  return values.map((value) => {
    window.push(value);
    return read(window);
  });
}

describe('a rolling window', () => {
  it('sums the last values, and is null until it holds that many', () => {
    expect(track(new RollingSum(3), [1, 2, 3, 4, 5, 6, 7], (w) => w.sum())).toEqual([NULL, NULL, 6, 9, 12, 15, 18]);
    expect(track(new RollingSum(1), [4, 5], (w) => w.sum())).toEqual([4, 5]);
  });

  it('is null while a null is in it, and whole again right after', () => {
    expect(track(new RollingSum(2), [1, 2, NULL, 4, 5, 6], (w) => w.mean())).toEqual([NULL, 1.5, NULL, NULL, 4.5, 5.5]);
    expect(track(new RollingMax(2), [1, NULL, -4, -5], (w) => w.max())).toEqual([NULL, NULL, NULL, -4]);
  });

  it('has the largest value, negative ones too', () => {
    expect(track(new RollingMax(3), [-1, -5, -3, -4, -9, -9, -9], (w) => w.max())).toEqual([NULL, NULL, -1, -3, -3, -4, -9]);
  });

  it('has the sample standard deviation (ddof 1), the sum and the distance from the mean', () => {
    const window = new RollingMoments(4);
    for (const value of [99, -3, -1, 1, 1]) window.push(value);
    expect(window.sum()).toBe(-2);
    expect(window.std()).toBeCloseTo(Math.sqrt((2.5 ** 2 + 0.5 ** 2 + 1.5 ** 2 + 1.5 ** 2) / 3), 15);
    expect(window.deviation(1)).toBe(1.5);
  });

  it('has a standard deviation of exactly 0 over equal values', () => {
    for (const value of [0, 0.1, 1e-5, 123_456.789])
      expect(track(new RollingMoments(7), Array(30).fill(value), (w) => w.std()).slice(6)).toEqual(Array(24).fill(0));
  });

  it('has the change from its oldest value to its newest, null while a null is in it', () => {
    expect(track(new RollingValues(3), [1, 2, 4, 8, NULL, 5, 6, 9], (w) => w.change())).toEqual([NULL, NULL, 3, 6, NULL, NULL, NULL, 4]);
  });

  it('keeps nothing of a spike that has left', () => {
    for (let lead = 0; lead < 12; lead++) {
      const window = new RollingMoments(5);
      for (const value of [...Array(lead).fill(1), 1e15, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3]) window.push(value);
      expect(window.sum()).toBe(0.015);
      expect(window.std()).toBeCloseTo(Math.sqrt(2.5e-6), 17);
    }
  });

  it('gives back its values by age and oldest first', () => {
    const window = new RollingValues(3);
    for (const value of [1, 2, NULL, 4, 5]) window.push(value);
    expect([window.at(0), window.at(1), window.at(2)]).toEqual([5, 4, NULL]);
    expect(window.toArray()).toEqual([NULL, 4, 5]);
    const young = new RollingSum(3, 7);
    young.push(1);
    expect(young.toArray()).toEqual([1]);
  });

  it('has the same bits after its last values are pushed into one that begins at the same count', () => {
    const values = Array.from({ length: 200 }, (_, i) => Math.sin(i * 7.3) * 10 ** (i % 9));
    const whole = new RollingMoments(12);
    values.forEach((value, i) => {
      whole.push(value);
      const kept = whole.toArray();
      const copy = new RollingMoments(12, i + 1 - kept.length);
      for (const each of kept) copy.push(each);
      expect([copy.sum(), copy.std(), copy.deviation(value)]).toEqual([whole.sum(), whole.std(), whole.deviation(value)]);
    });
  });
});
