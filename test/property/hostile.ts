import fc from 'fast-check';
import type { CleanBar } from '../../src/domain/clean-bar.ts';

/** Uniform numbers in [0, 1) from a seed: the same series for the same seed, wherever it runs (a 32-bit mixing generator). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}

/** Seeds of hostile series; the failing one is in the message of a failed run. */
export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const REGIMES = ['walk', 'constant', 'near-constant', 'line', 'zigzag', 'spikes', 'noise'] as const;
type Regime = (typeof REGIMES)[number];

/** Stretches of 1 to 120 steps, each of one regime. */
function regimes(random: () => number): () => Regime {
  let left = 0;
  let regime: Regime = 'walk';
  return () => {
    if (left === 0) {
      left = 1 + Math.floor(random() * 120);
      regime = REGIMES[Math.floor(random() * REGIMES.length)]!;
    }
    left--;
    return regime;
  };
}

/**
 * Values around `level` that walk, stand still (to the bit or but for rounding), run along a line, swing, jump by many orders of magnitude
 * and back, or are noise around zero; some are null (NaN).
 */
export function hostileValues(seed: number, length: number, level: number): number[] {
  const random = uniform(seed);
  const regimeOf = regimes(random);
  let at = level;
  const next = (regime: Regime, i: number): number => {
    switch (regime) {
      case 'walk':
        at *= 1 + 0.01 * (random() - 0.5);
        return at;
      case 'constant':
        return at;
      case 'near-constant':
        return at * (1 + Math.floor(random() * 3) * Number.EPSILON);
      case 'line':
        at += level * 1e-4;
        return at;
      case 'zigzag':
        return at * (i % 2 === 0 ? 1.001 : 0.999);
      case 'spikes':
        return random() < 0.1 ? at * 10 ** (12 * random()) * (random() < 0.5 ? -1 : 1) : at;
      case 'noise':
        return level * (random() - 0.5);
    }
  };
  return Array.from({ length }, (_, i) => {
    const regime = regimeOf();
    return random() < 0.003 ? Number.NaN : next(regime, i);
  });
}

/** What a move of one bar is in each regime, as a log return. */
function moveOf(regime: Regime, i: number, random: () => number): number {
  switch (regime) {
    case 'walk':
      return 0.01 * (random() - 0.5);
    case 'constant':
      return 0;
    case 'near-constant':
      return Math.floor(random() * 3 - 1) * Number.EPSILON;
    case 'line':
      return 1e-4;
    case 'zigzag':
      return i % 2 === 0 ? 1e-3 : -1e-3;
    case 'spikes':
      return random() < 0.05 ? 0.3 * (random() - 0.5) : 1e-6 * (random() - 0.5);
    case 'noise':
      return 0.1 * (random() - 0.5);
  }
}

/** Clean bars of a hostile series around the price `level`: flat bars, jumps, restarts and, in every second series, invalid bars. */
export function hostileBars(seed: number, length: number, level: number): CleanBar[] {
  const random = uniform(seed);
  const regimeOf = regimes(random);
  let close = level;
  let isAfterGap = true;
  const invalidRate = seed % 2 === 0 ? 0.01 : 0;
  return Array.from({ length }, (_, i) => {
    const regime = regimeOf();
    const open = close;
    const move = moveOf(regime, i, random);
    close *= Math.exp(move);
    if (close > level * 50 || close < level / 50) close = level;
    const isFlat = regime === 'constant' || regime === 'near-constant' || regime === 'line';
    const height = isFlat && random() < 0.9 ? 0 : 0.003 * random();
    const validBar = random() >= invalidRate;
    const logReturn1 = isAfterGap || !validBar ? Number.NaN : move;
    isAfterGap = !validBar;
    return {
      symbol: 'EURUSD',
      timeframe: '1m',
      timestampUtc: (i + 1) * 60_000,
      open,
      high: Math.max(open, close) * (1 + height),
      low: Math.min(open, close) * (1 - height),
      close,
      volume: 1,
      logReturn1,
      spreadEstimate: validBar ? 1e-4 * (1 + random()) : Number.NaN,
      isMissing: false,
      isOutlier: !validBar,
      validBar,
      sourceId: 'feed',
      tickCount: 1,
      isPartial: i === 0 || random() < 0.001,
    } satisfies CleanBar;
  });
}
