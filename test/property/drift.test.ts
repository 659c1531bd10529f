import { expect, it } from 'vitest';
import { RollingMoments } from '../../src/domain/window.ts';
import { uniform } from './hostile.ts';
import { largestMagnitude, mean, std } from './naive.ts';

const UPDATES = 10_000_000;
/** A prime, so that the comparisons meet every phase of the window's blocks. */
const COMPARE_EVERY = 100_003;
const WINDOW = 60;

it('a window does not drift over 10 million updates with spikes of 12 orders of magnitude passing through it', { timeout: 60_000 }, () => {
  const random = uniform(7);
  const noise = Float64Array.from({ length: 65_537 }, () => random() - 0.5);
  const window = new RollingMoments(WINDOW);
  const last = new Float64Array(WINDOW);
  let compared = 0;
  for (let i = 1; i <= UPDATES; i++) {
    const value = 1.1 + 1e-4 * noise[i % noise.length]!;
    // No spike in the window that is compared: only what one left behind could show.
    const isSpike = i % 1_009 === 0 && COMPARE_EVERY - (i % COMPARE_EVERY) > WINDOW && i % COMPARE_EVERY !== 0;
    const pushed = isSpike ? value * 1e12 : value;
    window.push(pushed);
    last[i % WINDOW] = pushed;
    if (i % COMPARE_EVERY === 0) {
      compared++;
      const values = Array.from(last);
      expect(Math.abs(window.std() / std(values) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(window.deviation(pushed) - (pushed - mean(values)))).toBeLessThan(1e-15);
      expect(window.largest()).toBe(largestMagnitude(values));
    }
  }
  expect(compared).toBe(99);
});
