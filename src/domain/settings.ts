import { durationMs, type Timeframe } from './timeframe.ts';

/** The price a bar is built from. `mid` is (bid + ask) / 2. */
export type PriceField = 'mid' | 'bid' | 'ask' | 'last';

/** `24x7`: every slot is on the grid. `fx`: closed from Friday 17:00 to Sunday 17:00 in New York. */
export type CalendarName = '24x7' | 'fx';

/** A closure of the market, [fromMs, toMs) in UTC epoch milliseconds. */
export interface Closure {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The raw spread behind spread_estimate: mean of (ask - bid) / mid over the bar's ticks, (high - low) / close, or none. */
export type SpreadMode = 'quoted' | 'hl' | 'off';

/** What a twin `<feature>_norm` is measured in: standard deviations, or 1.4826 x the median absolute deviation. */
export type Normalizer = 'zscore' | 'robust';

/** What the join does about a bar that belongs to a T already emitted: one new matrix for the newest T it touches, one for every T, none. */
export type Corrections = 'latest' | 'all' | 'none';

/** Rules that turn ticks into clean bars: spec sections 1 to 3. */
export interface BarSettings {
  readonly timeframes: readonly Timeframe[];
  readonly price: PriceField;
  readonly calendar: CalendarName;
  /** Closures besides the calendar's own; overlapping and touching ones count as one. */
  readonly closures: readonly Closure[];
  /** A tick further ahead of its symbol's highest event time than this is held, ms. */
  readonly maxJumpMs: number;
  /** How long after its end a slot stays open, ms of event time; absent is 0. */
  readonly graceMs: Readonly<Partial<Record<Timeframe, number>>>;
  /** A run of more empty slots than this restarts the series. */
  readonly maxGapBars: number;
  /** A bar with less volume is not valid. */
  readonly minVolume: number;
  readonly spread: SpreadMode;
  /** Weight of the newest value in spread_estimate, (0, 1]. */
  readonly spreadAlpha: number;
}

/** Rules that turn clean bars into tier-1 features: spec section 4. Windows count valid bars. */
export interface FeatureSettings {
  readonly normalizer: Normalizer;
  /** Window of the `_norm` twins. */
  readonly normWindow: number;
  /** Window of the average true range. */
  readonly atrWindow: number;
  readonly efficiencyWindow: number;
  readonly rangeWindow: number;
  /** Bars between the two averages that make a slope. */
  readonly slopeLag: number;
  /** Window of the mean spread in spread_ratio. */
  readonly spreadWindow: number;
  /** ml_ready asks for `mlMinValid` valid bars among the last `mlWindow` grid bars. */
  readonly mlWindow: number;
  readonly mlMinValid: number;
  /** trend_regime is +1 / -1 where the averages differ by more than this fraction. */
  readonly trendThreshold: number;
}

/** A named list of symbols that the join correlates. */
export interface Universe {
  readonly name: string;
  /** Sorted, no symbol twice. */
  readonly symbols: readonly string[];
}

/** Rules of the join: spec section 5. The same for every universe and timeframe. */
export interface MatrixSettings {
  readonly universes: readonly Universe[];
  /** Timestamps a matrix looks back over. */
  readonly window: number;
  /** Shared returns a pair needs. */
  readonly minObs: number;
  /** Slots some symbol must be past T before T goes out without a silent one. */
  readonly joinGrace: number;
  readonly corrections: Corrections;
}

/** Everything that decides a number: the rules of spec/domain.md with their parameters. */
export interface DomainSettings {
  readonly bars: BarSettings;
  readonly features: FeatureSettings;
  readonly matrices: MatrixSettings;
}

export const DEFAULT_FEATURES: FeatureSettings = {
  normalizer: 'zscore',
  normWindow: 60,
  atrWindow: 14,
  efficiencyWindow: 10,
  rangeWindow: 12,
  slopeLag: 3,
  spreadWindow: 6,
  mlWindow: 100,
  mlMinValid: 95,
  trendThreshold: 0.02,
};

export const DEFAULT_BARS: BarSettings = {
  timeframes: ['1m', '5m', '1H'],
  price: 'mid',
  calendar: '24x7',
  closures: [],
  maxJumpMs: defaultMaxJumpMs(['1m', '5m', '1H']),
  graceMs: {},
  maxGapBars: 5_000,
  minVolume: 0,
  spread: 'quoted',
  spreadAlpha: 0.1,
};

export const DEFAULT_MATRICES: MatrixSettings = { universes: [], window: 100, minObs: 30, joinGrace: 2, corrections: 'latest' };

/** The default for `maxJumpMs`: the larger of one hour and four slots of the largest timeframe. */
export function defaultMaxJumpMs(timeframes: readonly Timeframe[]): number {
  return Math.max(durationMs('1H'), ...timeframes.map((timeframe) => 4 * durationMs(timeframe)));
}
