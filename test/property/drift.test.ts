import { expect, it } from 'vitest';
import { createTwins } from '../../src/domain/twins.ts';
import { RollingMoments, RollingSum } from '../../src/domain/window.ts';
import { uniform } from './hostile.ts';
import { mean, naiveTwin, std, sum } from './naive.ts';

const UPDATES = 10_000_000;
/** A prime, so that the comparisons meet every phase of the window's blocks. */
const COMPARE_EVERY = 100_003;
const WINDOW = 60;

it('no window drifts over 10 million updates with spikes of 12 orders of magnitude passing through it', { timeout: 60_000 }, () => {
  const random = uniform(7);
  const noise = Float64Array.from({ length: 65_537 }, () => random() - 0.5);
  const moments = new RollingMoments(WINDOW);
  const sums = new RollingSum(WINDOW);
  const twins = createTwins('zscore', WINDOW, 0, { from: Int32Array.of(0), to: Int32Array.of(1) });
  const row = new Float64Array(2);
  const last = new Float64Array(WINDOW);
  let compared = 0;
  for (let i = 1; i <= UPDATES; i++) {
    const value = 1.1 + 1e-4 * noise[i % noise.length]!;
    // No spike in the window that is compared: only what one left behind could show.
    const isSpike = i % 1_009 === 0 && COMPARE_EVERY - (i % COMPARE_EVERY) > WINDOW && i % COMPARE_EVERY !== 0;
    const pushed = isSpike ? value * 1e12 : value;
    moments.push(pushed);
    sums.push(pushed);
    row[0] = pushed;
    twins.next(row);
    last[i % WINDOW] = pushed;
    if (i % COMPARE_EVERY === 0) {
      compared++;
      // Oldest first: the twin is that of the last.
      const values = Array.from({ length: WINDOW }, (_, age) => last[(i + 1 + age) % WINDOW]!);
      expect(Math.abs(moments.std() / std(values) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(moments.deviation(pushed) - (pushed - mean(values)))).toBeLessThan(1e-15);
      expect(Math.abs(sums.sum() / sum(values) - 1)).toBeLessThan(1e-14);
      expect(Math.abs(row[1]! - naiveTwin(values, false).value)).toBeLessThan(1e-11);
    }
  }
  expect(compared).toBe(99);
});
