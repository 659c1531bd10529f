import type { NewTick } from './tick-producer.ts';

/** What a synthetic feed is like. */
export interface SyntheticOptions {
  /** Six letters each, base then quote currency, are correlated through their currencies; any other symbol walks by itself. */
  readonly symbols: readonly string[];
  readonly seed: number;
  readonly ticks: number;
  /** Event time of the first tick, UTC epoch ms. */
  readonly startMs: number;
  /** Time between two ticks of the feed, all symbols together, ms. */
  readonly intervalMs: number;
}

/** Steps of one tick: of a currency that all its pairs share, and of the pair itself (standard deviations of log prices). */
const SHARED_STEP = 8e-6;
const OWN_STEP = 4e-6;
/** Half of the quoted spread, as a fraction of the price. */
const HALF_SPREAD = 5e-5;

/** Log of what a unit of the currency is worth in US dollars, roughly, so that prices look familiar. */
const LEVELS: Readonly<Record<string, number>> = {
  EUR: 0.1,
  GBP: 0.25,
  AUD: -0.4,
  NZD: -0.5,
  USD: 0,
  CAD: -0.3,
  CHF: 0.1,
  JPY: -5,
};

/**
 * Correlated geometric random walks: one factor a currency, and a little noise of each pair's own, so that EURUSD and EURGBP move together
 * as real crosses do. The same options give the same ticks.
 */
export function* syntheticTicks(options: SyntheticOptions): Generator<NewTick> {
  const { symbols, ticks, startMs, intervalMs } = options;
  const random = normalDeviates(options.seed);
  const factors = new Map<string, number>();
  const own = new Float64Array(symbols.length);
  const seqs = new Int32Array(symbols.length);
  const step = (currency: string): number => {
    const value = (factors.get(currency) ?? LEVELS[currency] ?? 0) + SHARED_STEP * random();
    factors.set(currency, value);
    return value;
  };
  for (let i = 0; i < ticks; i++) {
    const at = i % symbols.length;
    const symbol = symbols[at]!;
    own[at]! += OWN_STEP * random();
    const isPair = /^[A-Z]{6}$/.test(symbol);
    const log = isPair ? step(symbol.slice(0, 3)) - step(symbol.slice(3)) + own[at]! : step(symbol) + own[at]!;
    const mid = Math.exp(log);
    const half = mid * HALF_SPREAD * (1 + 0.2 * Math.abs(random()));
    yield {
      symbol,
      eventTime: Math.round(startMs + i * intervalMs),
      bid: mid - half,
      ask: mid + half,
      volume: 1 + Math.floor(4 * Math.abs(random())),
      seq: ++seqs[at]!,
      sourceId: 'synthetic',
    };
  }
}

/** Standard normal deviates from a seed: mulberry32, then Box and Muller's transform. */
function normalDeviates(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
