import { RollingMedian } from './rolling-median.ts';
import type { Normalizer } from './settings.ts';
import { RELATIVE_ZERO, RollingMoments } from './window.ts';

/** A twin is clipped to this many deviations either side. */
const CLIP = 5;
/** Makes the median absolute deviation of normal values their standard deviation. */
const MAD_TO_STD = 1.4826;

/** The normalised twin of one feature: where its newest value stands among its last ones (spec section 4). */
export interface Twin {
  /** Takes the feature's newest value (NaN is null) and gives its twin: NaN while the window is not full or does not vary. */
  next(value: number): number;
}

/** A twin that begins after `count` values of its feature. */
export function createTwin(normalizer: Normalizer, window: number, count: number): Twin {
  return normalizer === 'zscore' ? new ZScore(window, count) : new RobustScore(window, count);
}

class ZScore implements Twin {
  readonly #window: RollingMoments;

  constructor(window: number, count: number) {
    this.#window = new RollingMoments(window, count);
  }

  next(value: number): number {
    this.#window.push(value);
    const std = this.#window.std();
    return std > RELATIVE_ZERO * this.#window.largest() ? clip(this.#window.deviation(value) / std) : Number.NaN;
  }
}

class RobustScore implements Twin {
  readonly #window: RollingMedian;

  constructor(window: number, count: number) {
    this.#window = new RollingMedian(window, count);
  }

  next(value: number): number {
    this.#window.push(value);
    const deviation = this.#window.medianAbsoluteDeviation();
    return deviation > RELATIVE_ZERO * this.#window.largest()
      ? clip((value - this.#window.median()) / (MAD_TO_STD * deviation))
      : Number.NaN;
  }
}

function clip(value: number): number {
  return Math.max(-CLIP, Math.min(CLIP, value));
}
