import type { CleanState, JoinState, Tier1State } from '../codec/generated/records.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import { savedJoin } from './join-state.ts';
import { savedFeatureSeries } from './saved-features.ts';

/** What the clean stage remembers of a symbol. Times are UTC epoch ms. */
export interface InspectedSymbol {
  readonly symbol: string;
  /** Next offset of the input: records below it are included. */
  readonly includes: number;
  /** Null before the first tick. */
  readonly highestEventTime: number | null;
  /** Sources whose repeats are recognised. */
  readonly sources: number;
  /** The tick held back because it is far ahead, null where none is. */
  readonly held: { readonly eventTime: number; readonly offset: number } | null;
  readonly timeframes: readonly {
    readonly timeframe: string;
    /** Bars emitted, and those of them that were valid. */
    readonly bars: number;
    readonly validBars: number;
    readonly openBars: readonly { readonly firstTime: number; readonly lastTime: number; readonly ticks: number }[];
  }[];
}

/** What tier 1 remembers of a symbol and timeframe. */
export interface InspectedSeries {
  readonly symbol: string;
  readonly timeframe: string;
  readonly includes: number;
  readonly bars: number;
  readonly validBars: number;
  /** The last valid bars, from which the windows are made again. */
  readonly rows: number;
}

/** What a join remembers. */
export interface InspectedJoin {
  /** Newest version emitted. */
  readonly version: number;
  /** Timestamps emitted so far, and rows of them that are kept. */
  readonly timestamps: number;
  readonly rows: number;
  /** The newest T that went out, UTC epoch ms; null where none. */
  readonly lastEmitted: number | null;
  /** Symbols, by index, that had not delivered it. */
  readonly behind: readonly number[];
  /** Where reading of features-tier1 goes on, by partition. */
  readonly positions: readonly { readonly partition: number; readonly offset: number }[];
}

/** The symbols that state records of the clean stage hold, by name. */
export function inspectedSymbols(records: readonly CleanState[]): InspectedSymbol[] {
  return records.map(inspectedSymbol).sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

function inspectedSymbol({ symbol, input_offset, highest_event_time, sources, held, series }: CleanState): InspectedSymbol {
  return {
    symbol,
    includes: input_offset,
    highestEventTime: highest_event_time,
    sources: sources.length,
    held: held === null ? null : { eventTime: held.event_time, offset: held.offset },
    timeframes: series.map(({ timeframe, bars, valid, open }) => ({
      timeframe,
      bars,
      validBars: valid,
      openBars: open.map(({ first_time, last_time, tick_count }) => ({ firstTime: first_time, lastTime: last_time, ticks: tick_count })),
    })),
  };
}

/** The series that state records of tier 1 hold, as a restore under these settings would put them together. */
export function inspectedSeries(records: readonly Tier1State[], historyBars: number, { mlWindow }: FeatureSettings): InspectedSeries[] {
  return savedFeatureSeries(records, historyBars, mlWindow).map(({ symbol, timeframe, state }) => ({
    symbol,
    timeframe,
    includes: state.since,
    bars: state.validBars.bars,
    validBars: state.validBars.valid,
    rows: state.rows.length,
  }));
}

/** What state records of a join hold; null where there is none. */
export function inspectedJoin(records: readonly JoinState[]): InspectedJoin | null {
  const saved = savedJoin(records);
  if (saved === null) return null;
  const { rows, counters, lastEmitted, positions } = saved;
  return {
    version: counters.version,
    timestamps: counters.rows,
    rows: rows.length,
    lastEmitted,
    behind: counters.behind.map(({ symbol }) => symbol),
    positions: [...positions].sort((a, b) => a.partition - b.partition),
  };
}
