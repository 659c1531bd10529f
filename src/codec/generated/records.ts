// Generated from schemas/*.avsc by `npm run types`. Do not edit: change the schema and run that again.

/** One bar of one symbol and timeframe, judged by flags and never corrected. Bars follow one another on the grid; a slot without ticks is a missing bar. */
export interface CleanOhlcv {
  /** END of the bar's slot, UTC epoch ms. */
  timestamp_utc: number;
  /** Symbol of the bar. */
  symbol: string;
  /** Length of the slot: 1s, 1m, 5m, 15m, 1H, 4H or 1D. */
  timeframe: string;
  /** Price of the first tick by (event_time, seq, arrival); null on a missing bar. */
  open: number | null;
  /** Highest price; null on a missing bar. */
  high: number | null;
  /** Lowest price; null on a missing bar. */
  low: number | null;
  /** Price of the last tick by (event_time, seq, arrival); null on a missing bar. */
  close: number | null;
  /** Sum of the ticks' volumes, a tick without volume counting 1; null on a missing bar. */
  volume: number | null;
  /** ln(close / close of the grid bar before) where both bars are neither missing nor outlier; else null. */
  log_return_1: number | null;
  /** Exponential average of the bars' raw spread, a fraction of the price; null on missing bars and outliers. */
  spread_estimate: number | null;
  /** No tick fell into the slot. */
  is_missing: boolean;
  /** Prices contradict one another or jump too far; never set on a missing bar. */
  is_outlier: boolean;
  /** Not missing, not an outlier, and of enough volume: features are made from valid bars only. */
  valid_bar: boolean;
  /** Source of the closing tick; null on a missing bar. */
  source_id: string | null;
  /** Version of the column set, 1.0.0. */
  schema_version: string;
  /** Ticks in the bar, 0 on a missing one; null where the bar came in ready-made. */
  tick_count: number | null;
  /** First bar of its series: after the series' start, or after a gap that restarted it. */
  is_partial: boolean;
}

/** How far one source of the symbol has come: repeats are recognised by it. */
export interface SourceState {
  /** The source. */
  source_id: string;
  /** Highest seq accepted; null before the first tick with one. */
  highest_seq: number | null;
  /** Highest event time accepted, UTC epoch ms. */
  highest_event_time: number;
}

/** One header of a record. */
export interface RecordHeader {
  /** Name of the header; a name may come more than once. */
  key: string;
  /** Value of the header, byte for byte. */
  value: Buffer | null;
}

/** A tick too far ahead of the others to be believed before a second one, with the record it came in. */
export interface HeldTick {
  /** Event time of the tick, UTC epoch ms. */
  event_time: number;
  /** Bid of the tick. */
  bid: number;
  /** Ask of the tick. */
  ask: number;
  /** Last trade of the tick. */
  last: number | null;
  /** Volume of the tick. */
  volume: number | null;
  /** The source's counter. */
  seq: number | null;
  /** Source of the tick. */
  source_id: string;
  /** Offset of its record. */
  offset: number;
  /** Record time of its record, UTC epoch ms. */
  timestamp: number;
  /** Key of its record, byte for byte. */
  key: Buffer | null;
  /** Value of its record, byte for byte. */
  value: Buffer;
  /** Headers of its record, in order. */
  headers: RecordHeader[];
}

/** A bar whose slot has not closed. */
export interface OpenBarState {
  /** Number of the slot on its grid. */
  slot: number;
  /** Price of the first tick so far. */
  open: number;
  /** Highest price so far. */
  high: number;
  /** Lowest price so far. */
  low: number;
  /** Price of the last tick so far. */
  close: number;
  /** Volume so far. */
  volume: number;
  /** Sum of (ask - bid) / mid over the ticks so far. */
  spread_sum: number;
  /** Ticks so far. */
  tick_count: number;
  /** Event time of the first tick, UTC epoch ms. */
  first_time: number;
  /** Its seq. */
  first_seq: number | null;
  /** Event time of the last tick, UTC epoch ms. */
  last_time: number;
  /** Its seq. */
  last_seq: number | null;
  /** Source of the last tick. */
  source_id: string;
}

/** What the bars of one timeframe must remember. */
export interface SeriesState {
  /** The timeframe. */
  timeframe: string;
  /** A bar has been emitted since the start or the last restart. */
  started: boolean;
  /** First slot that has not closed; null before the first tick. */
  next_slot: number | null;
  /** Empty slots since the last bar with ticks. */
  run: number;
  /** Bars emitted. */
  bars: number;
  /** How often a gap restarted the series. */
  restarts: number;
  /** Close of the last bar that was not missing. */
  previous_close: number | null;
  /** The grid bar before was neither missing nor outlier. */
  previous_clean: boolean;
  /** Exponential average of the raw spread. */
  spread_average: number | null;
  /** Bars judged that were not missing: the phase of the window of returns. */
  returns_seen: number;
  /** Last log returns, oldest first. */
  recent_returns: (number | null)[];
  /** Missing bars since the last that was not. */
  consecutive_missing: number;
  /** Missing bars emitted. */
  missing: number;
  /** Valid bars emitted. */
  valid: number;
  /** Open bars in slot order. */
  open: OpenBarState[];
}

/** Changelog of the first stage, key symbol: what a symbol must remember between ticks, written with every commit that touched it. */
export interface CleanState {
  /** Version of what the fields mean; another one is rebuilt, not read. */
  format_version: number;
  /** Hash of the settings that the state was made under; another one is rebuilt, not read. */
  settings_hash: string;
  /** Next offset of the input partition: records below it are in this state. */
  input_offset: number;
  /** The symbol. */
  symbol: string;
  /** Highest event time accepted, UTC epoch ms; null before the first tick. */
  highest_event_time: number | null;
  /** Sources remembered, in the order they came in. */
  sources: SourceState[];
  /** The tick held back; null where none is. */
  held: HeldTick | null;
  /** One a timeframe. */
  series: SeriesState[];
}

/** Kill switch of one symbol, or of all where the key is *: the newest record of a key holds. */
export interface ControlState {
  /** Reading is paused; nothing is discarded, and it goes on where it stopped. */
  halted: boolean;
  /** Why, in the words of who asked. */
  reason: string | null;
  /** Who asked. */
  requested_by: string | null;
  /** When, UTC epoch ms. */
  requested_at: number;
}

/** A record that was refused, with its original bytes and where it came from. Nothing is thrown away in silence. */
export interface DeadLetter {
  /** Why, as a code: UNDECODABLE, UNKNOWN_SCHEMA, BAD_SYMBOL, BAD_PRICE, CROSSED, BAD_VOLUME, FUTURE, LATE, UNLISTED, WRONG_PARTITION. More may come. */
  reason: string;
  /** Of LATE: the timeframes whose slot had closed; the tick entered the others. Else empty. */
  timeframes: string[];
  /** Why, as a sentence for a person. */
  message: string;
  /** Topic of the refused record. */
  topic: string;
  /** Partition of the refused record. */
  partition: number;
  /** Offset of the refused record. */
  offset: number;
  /** Record time of the refused record, UTC epoch ms. */
  timestamp: number;
  /** Key of the refused record, byte for byte. */
  key: Buffer | null;
  /** Value of the refused record, byte for byte. */
  value: Buffer | null;
  /** Headers of the refused record, in order. */
  headers: RecordHeader[];
  /** Symbol of the tick where it could be read. */
  symbol: string | null;
  /** Stage that refused the record. */
  stage: string;
}

/** Tier-1 features of one clean bar, made from it and the valid bars before it. A null stands where a window is not full or holds a null. Window lengths below are the defaults: feature_version tells the settings. */
export interface Tier1Features {
  /** Symbol of the bar. */
  symbol: string;
  /** Timeframe of the bar. */
  timeframe: string;
  /** END of the bar's slot, UTC epoch ms. */
  timestamp_utc: number;
  /** First 16 hex digits of the SHA-256 of the feature settings as canonical JSON: other windows or options, another version. */
  feature_version: string;
  /** Whether the bar entered the windows; if not, every feature is null. */
  valid_bar: boolean;
  /** Valid, every twin present, and enough of the last grid bars valid. */
  ml_ready: boolean;
  /** Log return of the bar, what the correlation join reads; null where the bar is not valid or has none. */
  log_return_1: number | null;
  /** Sum of the last 3 log returns. */
  rolling_return_3: number | null;
  /** Sum of the last 6 log returns. */
  rolling_return_6: number | null;
  /** Sum of the last 12 log returns. */
  rolling_return_12: number | null;
  /** rolling_return_12 / vol_12. */
  momentum_score: number | null;
  /** Standard deviation of the last 6 log returns. */
  vol_6: number | null;
  /** Standard deviation of the last 12 log returns. */
  vol_12: number | null;
  /** Standard deviation of the last 24 log returns. */
  vol_24: number | null;
  /** Average true range of 14 bars / close. */
  atr_normalized: number | null;
  /** (mean of the last 12 closes - itself 3 bars before) / average true range. */
  ma_12_slope: number | null;
  /** (mean of the last 24 closes - itself 3 bars before) / average true range. */
  ma_24_slope: number | null;
  /** (mean of the last 50 closes - itself 3 bars before) / average true range. */
  ma_50_slope: number | null;
  /** (close - mean of the last 12 closes) / average true range. */
  distance_to_ma_12: number | null;
  /** (close - mean of the last 24 closes) / average true range. */
  distance_to_ma_24: number | null;
  /** (close - mean of the last 50 closes) / average true range. */
  distance_to_ma_50: number | null;
  /** Net move of the last 10 bars / sum of their absolute moves, 0 to 1. */
  efficiency_ratio: number | null;
  /** (highest high - lowest low of 12 bars) / average true range. */
  range_compression: number | null;
  /** 1D only: +1, 0 or -1 as the mean of 20 closes stands above, at or below that of 50; a category, without a twin. */
  trend_regime: number | null;
  /** 1D only: vol_6 / vol_24. */
  stress_indicator: number | null;
  /** Mean of the last 6 spread estimates / atr_normalized; not for machine learning, without a twin. */
  spread_ratio: number | null;
  /** rolling_return_3 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  rolling_return_3_norm: number | null;
  /** rolling_return_6 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  rolling_return_6_norm: number | null;
  /** rolling_return_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  rolling_return_12_norm: number | null;
  /** momentum_score against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  momentum_score_norm: number | null;
  /** vol_6 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  vol_6_norm: number | null;
  /** vol_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  vol_12_norm: number | null;
  /** vol_24 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  vol_24_norm: number | null;
  /** atr_normalized against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  atr_normalized_norm: number | null;
  /** ma_12_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  ma_12_slope_norm: number | null;
  /** ma_24_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  ma_24_slope_norm: number | null;
  /** ma_50_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  ma_50_slope_norm: number | null;
  /** distance_to_ma_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  distance_to_ma_12_norm: number | null;
  /** distance_to_ma_24 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  distance_to_ma_24_norm: number | null;
  /** distance_to_ma_50 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  distance_to_ma_50_norm: number | null;
  /** efficiency_ratio against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  efficiency_ratio_norm: number | null;
  /** range_compression against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  range_compression_norm: number | null;
  /** stress_indicator against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5. */
  stress_indicator_norm: number | null;
}

/** Two symbols that move together, or against each other. */
export interface StrongPair {
  /** First symbol in sorted order. */
  a: string;
  /** Second symbol in sorted order. */
  b: string;
  /** Their correlation, -1 to 1. */
  rho: number;
}

/** One version of the correlation matrix of a universe and timeframe: Pearson correlations of log returns over the window's timestamps. */
export interface CorrelationMatrix {
  /** Name of the list of symbols. */
  universe: string;
  /** Timeframe of the bars whose returns are correlated. */
  timeframe: string;
  /** 1, 2, 3 and so on for each universe and timeframe, without gap or repeat. */
  version: number;
  /** The version that this one corrects; null where it corrects none. */
  supersedes: number | null;
  /** First timestamp of the window, UTC epoch ms. */
  window_start: number;
  /** Last timestamp of the window: the T this matrix is for, UTC epoch ms. */
  window_end: number;
  /** Timestamps that a full window holds. */
  window: number;
  /** Symbols of the universe, sorted: rows and columns of the matrix. */
  symbols: string[];
  /** Upper triangle with the diagonal, row by row: n(n + 1) / 2 correlations; null where there are too few shared returns or a variance is 0. */
  rho: (number | null)[];
  /** Number of shared returns behind each correlation, laid out like rho. */
  n_obs: number[];
  /** Standard deviation of each symbol's own returns in the window, one a symbol; with rho it gives the covariance. */
  std: (number | null)[];
  /** complete: every symbol had delivered T or later. partial: those under missing had not. More values may come. */
  completeness: string;
  /** Symbols that had delivered neither T nor later, sorted. */
  missing: string[];
  /** Mean of |rho| over the pairs that have one. */
  mean_abs_rho: number | null;
  /** Largest |rho| over the pairs that have one. */
  max_abs_rho: number | null;
  /** Sample standard deviation of rho over the pairs that have one; null below two pairs. */
  dispersion: number | null;
  /** Pairs with |rho| above 0.85. */
  strong_pairs: StrongPair[];
}

/** A symbol that had not delivered the newest emitted T, nor a later one. */
export interface BehindSymbol {
  /** Column of the symbol. */
  symbol: number;
  /** Newest bar it had delivered, UTC epoch ms; null where none. */
  delivered_up_to: number | null;
}

/** How far a partition has been read. */
export interface PartitionPosition {
  /** Partition of the input topic. */
  partition: number;
  /** Next offset: records below it are in this state. */
  offset: number;
}

/** One timestamp with the return of every symbol. */
export interface JoinRow {
  /** Number of the row since the beginning, 0 for the first timestamp. */
  index: number;
  /** The timestamp T, a slot END, UTC epoch ms. */
  timestamp_utc: number;
  /** Log return of each symbol in the order of symbols; null where invalid or absent. */
  returns: (number | null)[];
  /** Newest version emitted for T; 0 where T itself was never emitted. */
  version: number;
}

/** Changelog of the join, key universe/timeframe/row: one row a timestamp T and the counters beside it; pair sums follow from the rows. */
export interface JoinState {
  /** Version of what the fields mean; another one is rebuilt, not read. */
  format_version: number;
  /** Hash of the settings that the state was made under; another one is rebuilt, not read. */
  settings_hash: string;
  /** Universe of the join. */
  universe: string;
  /** Timeframe of the join. */
  timeframe: string;
  /** Timestamps that a full window holds. */
  window: number;
  /** Symbols of the universe, sorted: the columns of every row. */
  symbols: string[];
  /** Newest version emitted, 0 where none. */
  version: number;
  /** Timestamps emitted so far. */
  rows: number;
  /** Newest timestamp T emitted, UTC epoch ms; null where none. */
  last_emitted: number | null;
  /** Empty where the newest emitted T was, or has become, complete. */
  behind: BehindSymbol[];
  /** Input positions that this state includes. */
  positions: PartitionPosition[];
  /** The row of this key; null on the record that holds the counters alone. */
  row: JoinRow | null;
}

/** One quote of one symbol, as its venue published it. */
export interface Tick {
  /** Symbol of the quote, not empty; the record's key carries the same. */
  symbol: string;
  /** When the venue published the quote, UTC epoch ms. */
  event_time: number;
  /** Best bid, above 0. */
  bid: number;
  /** Best ask, not below the bid. */
  ask: number;
  /** Price of the last trade; null where the source gives none. */
  last: number | null;
  /** Volume of the tick, 0 or more; null counts as 1. */
  volume: number | null;
  /** The source's own counter per symbol, in the order it sends; repeats are recognised by it. */
  seq: number | null;
  /** Who sent the quote: a venue or a feed. */
  source_id: string;
}

/** What of a valid bar its features are made from. */
export interface Tier1Row {
  /** Number of the valid bar in its series, 0 for the first. */
  index: number;
  /** Highest price. */
  high: number;
  /** Lowest price. */
  low: number;
  /** Closing price. */
  close: number;
  /** Log return of the bar; null where it has none. */
  log_return_1: number | null;
  /** Spread estimate of the bar; null where it has none. */
  spread_estimate: number | null;
}

/** Changelog of the tier-1 stage, key symbol/timeframe/row: what a series must remember. Rows form a ring, so that a bar writes one record. */
export interface Tier1State {
  /** Version of what the fields mean; another one is rebuilt, not read. */
  format_version: number;
  /** Hash of the settings that the state was made under; another one is rebuilt, not read. */
  settings_hash: string;
  /** Next offset of the input partition: records below it are in this state. */
  input_offset: number;
  /** Symbol of the series. */
  symbol: string;
  /** Timeframe of the series. */
  timeframe: string;
  /** Grid bars of the series so far. */
  bars: number;
  /** Valid bars of the series so far: the phase of its windows. */
  valid_bars: number;
  /** How often a gap restarted the series. */
  restarts: number;
  /** Which of the last grid bars were valid, one bit a bar: bar i at bit i modulo the length of the ring, low bits first. */
  recent_valid: Buffer;
  /** The valid bar that was last; null on a record that only moves the counters. */
  row: Tier1Row | null;
}

/** The record of every schema, by the schema's name: its file in schemas/ without the ending. */
export interface Records {
  'clean-ohlcv': CleanOhlcv;
  'clean-state': CleanState;
  'control': ControlState;
  'dead-letter': DeadLetter;
  'features-tier1': Tier1Features;
  'features-tier2': CorrelationMatrix;
  'join-state': JoinState;
  'tick': Tick;
  'tier1-state': Tier1State;
}

/** Name of a schema: its file in schemas/ without the ending. */
export type SchemaName = keyof Records;

/** An Avro record schema, as the registry takes it. */
export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly doc: string;
  readonly fields: readonly { readonly name: string; readonly type: unknown; readonly default?: unknown; readonly doc?: string }[];
}

/** Every schema of schemas/, docs included. */
export const schemas: { readonly [name in SchemaName]: RecordSchema } = {
  'clean-ohlcv': {
    "type": "record",
    "name": "CleanOhlcv",
    "namespace": "arbitrex",
    "doc": "One bar of one symbol and timeframe, judged by flags and never corrected. Bars follow one another on the grid; a slot without ticks is a missing bar.",
    "fields": [
      {
        "name": "timestamp_utc",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "END of the bar's slot, UTC epoch ms."
      },
      {
        "name": "symbol",
        "type": "string",
        "doc": "Symbol of the bar."
      },
      {
        "name": "timeframe",
        "type": "string",
        "doc": "Length of the slot: 1s, 1m, 5m, 15m, 1H, 4H or 1D."
      },
      {
        "name": "open",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Price of the first tick by (event_time, seq, arrival); null on a missing bar."
      },
      {
        "name": "high",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Highest price; null on a missing bar."
      },
      {
        "name": "low",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Lowest price; null on a missing bar."
      },
      {
        "name": "close",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Price of the last tick by (event_time, seq, arrival); null on a missing bar."
      },
      {
        "name": "volume",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Sum of the ticks' volumes, a tick without volume counting 1; null on a missing bar."
      },
      {
        "name": "log_return_1",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "ln(close / close of the grid bar before) where both bars are neither missing nor outlier; else null."
      },
      {
        "name": "spread_estimate",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Exponential average of the bars' raw spread, a fraction of the price; null on missing bars and outliers."
      },
      {
        "name": "is_missing",
        "type": "boolean",
        "doc": "No tick fell into the slot."
      },
      {
        "name": "is_outlier",
        "type": "boolean",
        "doc": "Prices contradict one another or jump too far; never set on a missing bar."
      },
      {
        "name": "valid_bar",
        "type": "boolean",
        "doc": "Not missing, not an outlier, and of enough volume: features are made from valid bars only."
      },
      {
        "name": "source_id",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Source of the closing tick; null on a missing bar."
      },
      {
        "name": "schema_version",
        "type": "string",
        "doc": "Version of the column set, 1.0.0."
      },
      {
        "name": "tick_count",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "Ticks in the bar, 0 on a missing one; null where the bar came in ready-made."
      },
      {
        "name": "is_partial",
        "type": "boolean",
        "default": false,
        "doc": "First bar of its series: after the series' start, or after a gap that restarted it."
      }
    ]
  },
  'clean-state': {
    "type": "record",
    "name": "CleanState",
    "namespace": "arbitrex",
    "doc": "Changelog of the first stage, key symbol: what a symbol must remember between ticks, written with every commit that touched it.",
    "fields": [
      {
        "name": "format_version",
        "type": "int",
        "doc": "Version of what the fields mean; another one is rebuilt, not read."
      },
      {
        "name": "settings_hash",
        "type": "string",
        "doc": "Hash of the settings that the state was made under; another one is rebuilt, not read."
      },
      {
        "name": "input_offset",
        "type": "long",
        "doc": "Next offset of the input partition: records below it are in this state."
      },
      {
        "name": "symbol",
        "type": "string",
        "doc": "The symbol."
      },
      {
        "name": "highest_event_time",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "Highest event time accepted, UTC epoch ms; null before the first tick."
      },
      {
        "name": "sources",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "SourceState",
            "doc": "How far one source of the symbol has come: repeats are recognised by it.",
            "fields": [
              {
                "name": "source_id",
                "type": "string",
                "doc": "The source."
              },
              {
                "name": "highest_seq",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "Highest seq accepted; null before the first tick with one."
              },
              {
                "name": "highest_event_time",
                "type": "long",
                "doc": "Highest event time accepted, UTC epoch ms."
              }
            ]
          }
        },
        "default": [],
        "doc": "Sources remembered, in the order they came in."
      },
      {
        "name": "held",
        "type": [
          "null",
          {
            "type": "record",
            "name": "HeldTick",
            "doc": "A tick too far ahead of the others to be believed before a second one, with the record it came in.",
            "fields": [
              {
                "name": "event_time",
                "type": "long",
                "doc": "Event time of the tick, UTC epoch ms."
              },
              {
                "name": "bid",
                "type": "double",
                "doc": "Bid of the tick."
              },
              {
                "name": "ask",
                "type": "double",
                "doc": "Ask of the tick."
              },
              {
                "name": "last",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Last trade of the tick."
              },
              {
                "name": "volume",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Volume of the tick."
              },
              {
                "name": "seq",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "The source's counter."
              },
              {
                "name": "source_id",
                "type": "string",
                "doc": "Source of the tick."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Offset of its record."
              },
              {
                "name": "timestamp",
                "type": "long",
                "doc": "Record time of its record, UTC epoch ms."
              },
              {
                "name": "key",
                "type": [
                  "null",
                  "bytes"
                ],
                "default": null,
                "doc": "Key of its record, byte for byte."
              },
              {
                "name": "value",
                "type": "bytes",
                "doc": "Value of its record, byte for byte."
              },
              {
                "name": "headers",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "RecordHeader",
                    "doc": "One header of a record.",
                    "fields": [
                      {
                        "name": "key",
                        "type": "string",
                        "doc": "Name of the header; a name may come more than once."
                      },
                      {
                        "name": "value",
                        "type": [
                          "null",
                          "bytes"
                        ],
                        "default": null,
                        "doc": "Value of the header, byte for byte."
                      }
                    ]
                  }
                },
                "default": [],
                "doc": "Headers of its record, in order."
              }
            ]
          }
        ],
        "default": null,
        "doc": "The tick held back; null where none is."
      },
      {
        "name": "series",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "SeriesState",
            "doc": "What the bars of one timeframe must remember.",
            "fields": [
              {
                "name": "timeframe",
                "type": "string",
                "doc": "The timeframe."
              },
              {
                "name": "started",
                "type": "boolean",
                "doc": "A bar has been emitted since the start or the last restart."
              },
              {
                "name": "next_slot",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "First slot that has not closed; null before the first tick."
              },
              {
                "name": "run",
                "type": "long",
                "default": 0,
                "doc": "Empty slots since the last bar with ticks."
              },
              {
                "name": "bars",
                "type": "long",
                "default": 0,
                "doc": "Bars emitted."
              },
              {
                "name": "restarts",
                "type": "long",
                "default": 0,
                "doc": "How often a gap restarted the series."
              },
              {
                "name": "previous_close",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Close of the last bar that was not missing."
              },
              {
                "name": "previous_clean",
                "type": "boolean",
                "doc": "The grid bar before was neither missing nor outlier."
              },
              {
                "name": "spread_average",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Exponential average of the raw spread."
              },
              {
                "name": "returns_seen",
                "type": "long",
                "default": 0,
                "doc": "Bars judged that were not missing: the phase of the window of returns."
              },
              {
                "name": "recent_returns",
                "type": {
                  "type": "array",
                  "items": [
                    "null",
                    "double"
                  ]
                },
                "default": [],
                "doc": "Last log returns, oldest first."
              },
              {
                "name": "consecutive_missing",
                "type": "long",
                "default": 0,
                "doc": "Missing bars since the last that was not."
              },
              {
                "name": "missing",
                "type": "long",
                "default": 0,
                "doc": "Missing bars emitted."
              },
              {
                "name": "valid",
                "type": "long",
                "default": 0,
                "doc": "Valid bars emitted."
              },
              {
                "name": "open",
                "type": {
                  "type": "array",
                  "items": {
                    "type": "record",
                    "name": "OpenBarState",
                    "doc": "A bar whose slot has not closed.",
                    "fields": [
                      {
                        "name": "slot",
                        "type": "long",
                        "doc": "Number of the slot on its grid."
                      },
                      {
                        "name": "open",
                        "type": "double",
                        "doc": "Price of the first tick so far."
                      },
                      {
                        "name": "high",
                        "type": "double",
                        "doc": "Highest price so far."
                      },
                      {
                        "name": "low",
                        "type": "double",
                        "doc": "Lowest price so far."
                      },
                      {
                        "name": "close",
                        "type": "double",
                        "doc": "Price of the last tick so far."
                      },
                      {
                        "name": "volume",
                        "type": "double",
                        "doc": "Volume so far."
                      },
                      {
                        "name": "spread_sum",
                        "type": "double",
                        "doc": "Sum of (ask - bid) / mid over the ticks so far."
                      },
                      {
                        "name": "tick_count",
                        "type": "long",
                        "doc": "Ticks so far."
                      },
                      {
                        "name": "first_time",
                        "type": "long",
                        "doc": "Event time of the first tick, UTC epoch ms."
                      },
                      {
                        "name": "first_seq",
                        "type": [
                          "null",
                          "long"
                        ],
                        "default": null,
                        "doc": "Its seq."
                      },
                      {
                        "name": "last_time",
                        "type": "long",
                        "doc": "Event time of the last tick, UTC epoch ms."
                      },
                      {
                        "name": "last_seq",
                        "type": [
                          "null",
                          "long"
                        ],
                        "default": null,
                        "doc": "Its seq."
                      },
                      {
                        "name": "source_id",
                        "type": "string",
                        "doc": "Source of the last tick."
                      }
                    ]
                  }
                },
                "default": [],
                "doc": "Open bars in slot order."
              }
            ]
          }
        },
        "default": [],
        "doc": "One a timeframe."
      }
    ]
  },
  'control': {
    "type": "record",
    "name": "ControlState",
    "namespace": "arbitrex",
    "doc": "Kill switch of one symbol, or of all where the key is *: the newest record of a key holds.",
    "fields": [
      {
        "name": "halted",
        "type": "boolean",
        "doc": "Reading is paused; nothing is discarded, and it goes on where it stopped."
      },
      {
        "name": "reason",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Why, in the words of who asked."
      },
      {
        "name": "requested_by",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Who asked."
      },
      {
        "name": "requested_at",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When, UTC epoch ms."
      }
    ]
  },
  'dead-letter': {
    "type": "record",
    "name": "DeadLetter",
    "namespace": "arbitrex",
    "doc": "A record that was refused, with its original bytes and where it came from. Nothing is thrown away in silence.",
    "fields": [
      {
        "name": "reason",
        "type": "string",
        "doc": "Why, as a code: UNDECODABLE, UNKNOWN_SCHEMA, BAD_SYMBOL, BAD_PRICE, CROSSED, BAD_VOLUME, FUTURE, LATE, UNLISTED, WRONG_PARTITION. More may come."
      },
      {
        "name": "timeframes",
        "type": {
          "type": "array",
          "items": "string"
        },
        "default": [],
        "doc": "Of LATE: the timeframes whose slot had closed; the tick entered the others. Else empty."
      },
      {
        "name": "message",
        "type": "string",
        "default": "",
        "doc": "Why, as a sentence for a person."
      },
      {
        "name": "topic",
        "type": "string",
        "doc": "Topic of the refused record."
      },
      {
        "name": "partition",
        "type": "int",
        "doc": "Partition of the refused record."
      },
      {
        "name": "offset",
        "type": "long",
        "doc": "Offset of the refused record."
      },
      {
        "name": "timestamp",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Record time of the refused record, UTC epoch ms."
      },
      {
        "name": "key",
        "type": [
          "null",
          "bytes"
        ],
        "default": null,
        "doc": "Key of the refused record, byte for byte."
      },
      {
        "name": "value",
        "type": [
          "null",
          "bytes"
        ],
        "default": null,
        "doc": "Value of the refused record, byte for byte."
      },
      {
        "name": "headers",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "RecordHeader",
            "doc": "One header of a record.",
            "fields": [
              {
                "name": "key",
                "type": "string",
                "doc": "Name of the header; a name may come more than once."
              },
              {
                "name": "value",
                "type": [
                  "null",
                  "bytes"
                ],
                "default": null,
                "doc": "Value of the header, byte for byte."
              }
            ]
          }
        },
        "default": [],
        "doc": "Headers of the refused record, in order."
      },
      {
        "name": "symbol",
        "type": [
          "null",
          "string"
        ],
        "default": null,
        "doc": "Symbol of the tick where it could be read."
      },
      {
        "name": "stage",
        "type": "string",
        "default": "",
        "doc": "Stage that refused the record."
      }
    ]
  },
  'features-tier1': {
    "type": "record",
    "name": "Tier1Features",
    "namespace": "arbitrex",
    "doc": "Tier-1 features of one clean bar, made from it and the valid bars before it. A null stands where a window is not full or holds a null. Window lengths below are the defaults: feature_version tells the settings.",
    "fields": [
      {
        "name": "symbol",
        "type": "string",
        "doc": "Symbol of the bar."
      },
      {
        "name": "timeframe",
        "type": "string",
        "doc": "Timeframe of the bar."
      },
      {
        "name": "timestamp_utc",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "END of the bar's slot, UTC epoch ms."
      },
      {
        "name": "feature_version",
        "type": "string",
        "doc": "First 16 hex digits of the SHA-256 of the feature settings as canonical JSON: other windows or options, another version."
      },
      {
        "name": "valid_bar",
        "type": "boolean",
        "doc": "Whether the bar entered the windows; if not, every feature is null."
      },
      {
        "name": "ml_ready",
        "type": "boolean",
        "doc": "Valid, every twin present, and enough of the last grid bars valid."
      },
      {
        "name": "log_return_1",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Log return of the bar, what the correlation join reads; null where the bar is not valid or has none."
      },
      {
        "name": "rolling_return_3",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Sum of the last 3 log returns."
      },
      {
        "name": "rolling_return_6",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Sum of the last 6 log returns."
      },
      {
        "name": "rolling_return_12",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Sum of the last 12 log returns."
      },
      {
        "name": "momentum_score",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "rolling_return_12 / vol_12."
      },
      {
        "name": "vol_6",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Standard deviation of the last 6 log returns."
      },
      {
        "name": "vol_12",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Standard deviation of the last 12 log returns."
      },
      {
        "name": "vol_24",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Standard deviation of the last 24 log returns."
      },
      {
        "name": "atr_normalized",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Average true range of 14 bars / close."
      },
      {
        "name": "ma_12_slope",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(mean of the last 12 closes - itself 3 bars before) / average true range."
      },
      {
        "name": "ma_24_slope",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(mean of the last 24 closes - itself 3 bars before) / average true range."
      },
      {
        "name": "ma_50_slope",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(mean of the last 50 closes - itself 3 bars before) / average true range."
      },
      {
        "name": "distance_to_ma_12",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(close - mean of the last 12 closes) / average true range."
      },
      {
        "name": "distance_to_ma_24",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(close - mean of the last 24 closes) / average true range."
      },
      {
        "name": "distance_to_ma_50",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(close - mean of the last 50 closes) / average true range."
      },
      {
        "name": "efficiency_ratio",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Net move of the last 10 bars / sum of their absolute moves, 0 to 1."
      },
      {
        "name": "range_compression",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "(highest high - lowest low of 12 bars) / average true range."
      },
      {
        "name": "trend_regime",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "1D only: +1, 0 or -1 as the mean of 20 closes stands above, at or below that of 50; a category, without a twin."
      },
      {
        "name": "stress_indicator",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "1D only: vol_6 / vol_24."
      },
      {
        "name": "spread_ratio",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Mean of the last 6 spread estimates / atr_normalized; not for machine learning, without a twin."
      },
      {
        "name": "rolling_return_3_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "rolling_return_3 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "rolling_return_6_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "rolling_return_6 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "rolling_return_12_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "rolling_return_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "momentum_score_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "momentum_score against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "vol_6_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "vol_6 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "vol_12_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "vol_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "vol_24_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "vol_24 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "atr_normalized_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "atr_normalized against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "ma_12_slope_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "ma_12_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "ma_24_slope_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "ma_24_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "ma_50_slope_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "ma_50_slope against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "distance_to_ma_12_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "distance_to_ma_12 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "distance_to_ma_24_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "distance_to_ma_24 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "distance_to_ma_50_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "distance_to_ma_50 against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "efficiency_ratio_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "efficiency_ratio against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "range_compression_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "range_compression against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      },
      {
        "name": "stress_indicator_norm",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "stress_indicator against its own last 60 values, in standard deviations (or robust ones by the settings), clipped to 5."
      }
    ]
  },
  'features-tier2': {
    "type": "record",
    "name": "CorrelationMatrix",
    "namespace": "arbitrex",
    "doc": "One version of the correlation matrix of a universe and timeframe: Pearson correlations of log returns over the window's timestamps.",
    "fields": [
      {
        "name": "universe",
        "type": "string",
        "doc": "Name of the list of symbols."
      },
      {
        "name": "timeframe",
        "type": "string",
        "doc": "Timeframe of the bars whose returns are correlated."
      },
      {
        "name": "version",
        "type": "long",
        "doc": "1, 2, 3 and so on for each universe and timeframe, without gap or repeat."
      },
      {
        "name": "supersedes",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "The version that this one corrects; null where it corrects none."
      },
      {
        "name": "window_start",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "First timestamp of the window, UTC epoch ms."
      },
      {
        "name": "window_end",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "Last timestamp of the window: the T this matrix is for, UTC epoch ms."
      },
      {
        "name": "window",
        "type": "int",
        "doc": "Timestamps that a full window holds."
      },
      {
        "name": "symbols",
        "type": {
          "type": "array",
          "items": "string"
        },
        "doc": "Symbols of the universe, sorted: rows and columns of the matrix."
      },
      {
        "name": "rho",
        "type": {
          "type": "array",
          "items": [
            "null",
            "double"
          ]
        },
        "doc": "Upper triangle with the diagonal, row by row: n(n + 1) / 2 correlations; null where there are too few shared returns or a variance is 0."
      },
      {
        "name": "n_obs",
        "type": {
          "type": "array",
          "items": "int"
        },
        "doc": "Number of shared returns behind each correlation, laid out like rho."
      },
      {
        "name": "std",
        "type": {
          "type": "array",
          "items": [
            "null",
            "double"
          ]
        },
        "doc": "Standard deviation of each symbol's own returns in the window, one a symbol; with rho it gives the covariance."
      },
      {
        "name": "completeness",
        "type": "string",
        "doc": "complete: every symbol had delivered T or later. partial: those under missing had not. More values may come."
      },
      {
        "name": "missing",
        "type": {
          "type": "array",
          "items": "string"
        },
        "default": [],
        "doc": "Symbols that had delivered neither T nor later, sorted."
      },
      {
        "name": "mean_abs_rho",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Mean of |rho| over the pairs that have one."
      },
      {
        "name": "max_abs_rho",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Largest |rho| over the pairs that have one."
      },
      {
        "name": "dispersion",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Sample standard deviation of rho over the pairs that have one; null below two pairs."
      },
      {
        "name": "strong_pairs",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "StrongPair",
            "doc": "Two symbols that move together, or against each other.",
            "fields": [
              {
                "name": "a",
                "type": "string",
                "doc": "First symbol in sorted order."
              },
              {
                "name": "b",
                "type": "string",
                "doc": "Second symbol in sorted order."
              },
              {
                "name": "rho",
                "type": "double",
                "doc": "Their correlation, -1 to 1."
              }
            ]
          }
        },
        "default": [],
        "doc": "Pairs with |rho| above 0.85."
      }
    ]
  },
  'join-state': {
    "type": "record",
    "name": "JoinState",
    "namespace": "arbitrex",
    "doc": "Changelog of the join, key universe/timeframe/row: one row a timestamp T and the counters beside it; pair sums follow from the rows.",
    "fields": [
      {
        "name": "format_version",
        "type": "int",
        "doc": "Version of what the fields mean; another one is rebuilt, not read."
      },
      {
        "name": "settings_hash",
        "type": "string",
        "doc": "Hash of the settings that the state was made under; another one is rebuilt, not read."
      },
      {
        "name": "universe",
        "type": "string",
        "doc": "Universe of the join."
      },
      {
        "name": "timeframe",
        "type": "string",
        "doc": "Timeframe of the join."
      },
      {
        "name": "window",
        "type": "int",
        "default": 0,
        "doc": "Timestamps that a full window holds."
      },
      {
        "name": "symbols",
        "type": {
          "type": "array",
          "items": "string"
        },
        "default": [],
        "doc": "Symbols of the universe, sorted: the columns of every row."
      },
      {
        "name": "version",
        "type": "long",
        "doc": "Newest version emitted, 0 where none."
      },
      {
        "name": "rows",
        "type": "long",
        "doc": "Timestamps emitted so far."
      },
      {
        "name": "last_emitted",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "Newest timestamp T emitted, UTC epoch ms; null where none."
      },
      {
        "name": "behind",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "BehindSymbol",
            "doc": "A symbol that had not delivered the newest emitted T, nor a later one.",
            "fields": [
              {
                "name": "symbol",
                "type": "int",
                "doc": "Column of the symbol."
              },
              {
                "name": "delivered_up_to",
                "type": [
                  "null",
                  "long"
                ],
                "default": null,
                "doc": "Newest bar it had delivered, UTC epoch ms; null where none."
              }
            ]
          }
        },
        "default": [],
        "doc": "Empty where the newest emitted T was, or has become, complete."
      },
      {
        "name": "positions",
        "type": {
          "type": "array",
          "items": {
            "type": "record",
            "name": "PartitionPosition",
            "doc": "How far a partition has been read.",
            "fields": [
              {
                "name": "partition",
                "type": "int",
                "doc": "Partition of the input topic."
              },
              {
                "name": "offset",
                "type": "long",
                "doc": "Next offset: records below it are in this state."
              }
            ]
          }
        },
        "default": [],
        "doc": "Input positions that this state includes."
      },
      {
        "name": "row",
        "type": [
          "null",
          {
            "type": "record",
            "name": "JoinRow",
            "doc": "One timestamp with the return of every symbol.",
            "fields": [
              {
                "name": "index",
                "type": "long",
                "doc": "Number of the row since the beginning, 0 for the first timestamp."
              },
              {
                "name": "timestamp_utc",
                "type": "long",
                "doc": "The timestamp T, a slot END, UTC epoch ms."
              },
              {
                "name": "returns",
                "type": {
                  "type": "array",
                  "items": [
                    "null",
                    "double"
                  ]
                },
                "doc": "Log return of each symbol in the order of symbols; null where invalid or absent."
              },
              {
                "name": "version",
                "type": "long",
                "doc": "Newest version emitted for T; 0 where T itself was never emitted."
              }
            ]
          }
        ],
        "default": null,
        "doc": "The row of this key; null on the record that holds the counters alone."
      }
    ]
  },
  'tick': {
    "type": "record",
    "name": "Tick",
    "namespace": "arbitrex",
    "doc": "One quote of one symbol, as its venue published it.",
    "fields": [
      {
        "name": "symbol",
        "type": "string",
        "doc": "Symbol of the quote, not empty; the record's key carries the same."
      },
      {
        "name": "event_time",
        "type": {
          "type": "long",
          "logicalType": "timestamp-millis"
        },
        "doc": "When the venue published the quote, UTC epoch ms."
      },
      {
        "name": "bid",
        "type": "double",
        "doc": "Best bid, above 0."
      },
      {
        "name": "ask",
        "type": "double",
        "doc": "Best ask, not below the bid."
      },
      {
        "name": "last",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Price of the last trade; null where the source gives none."
      },
      {
        "name": "volume",
        "type": [
          "null",
          "double"
        ],
        "default": null,
        "doc": "Volume of the tick, 0 or more; null counts as 1."
      },
      {
        "name": "seq",
        "type": [
          "null",
          "long"
        ],
        "default": null,
        "doc": "The source's own counter per symbol, in the order it sends; repeats are recognised by it."
      },
      {
        "name": "source_id",
        "type": "string",
        "default": "unknown",
        "doc": "Who sent the quote: a venue or a feed."
      }
    ]
  },
  'tier1-state': {
    "type": "record",
    "name": "Tier1State",
    "namespace": "arbitrex",
    "doc": "Changelog of the tier-1 stage, key symbol/timeframe/row: what a series must remember. Rows form a ring, so that a bar writes one record.",
    "fields": [
      {
        "name": "format_version",
        "type": "int",
        "doc": "Version of what the fields mean; another one is rebuilt, not read."
      },
      {
        "name": "settings_hash",
        "type": "string",
        "doc": "Hash of the settings that the state was made under; another one is rebuilt, not read."
      },
      {
        "name": "input_offset",
        "type": "long",
        "doc": "Next offset of the input partition: records below it are in this state."
      },
      {
        "name": "symbol",
        "type": "string",
        "doc": "Symbol of the series."
      },
      {
        "name": "timeframe",
        "type": "string",
        "doc": "Timeframe of the series."
      },
      {
        "name": "bars",
        "type": "long",
        "doc": "Grid bars of the series so far."
      },
      {
        "name": "valid_bars",
        "type": "long",
        "doc": "Valid bars of the series so far: the phase of its windows."
      },
      {
        "name": "restarts",
        "type": "long",
        "default": 0,
        "doc": "How often a gap restarted the series."
      },
      {
        "name": "recent_valid",
        "type": "bytes",
        "doc": "Which of the last grid bars were valid, one bit a bar: bar i at bit i modulo the length of the ring, low bits first."
      },
      {
        "name": "row",
        "type": [
          "null",
          {
            "type": "record",
            "name": "Tier1Row",
            "doc": "What of a valid bar its features are made from.",
            "fields": [
              {
                "name": "index",
                "type": "long",
                "doc": "Number of the valid bar in its series, 0 for the first."
              },
              {
                "name": "high",
                "type": "double",
                "doc": "Highest price."
              },
              {
                "name": "low",
                "type": "double",
                "doc": "Lowest price."
              },
              {
                "name": "close",
                "type": "double",
                "doc": "Closing price."
              },
              {
                "name": "log_return_1",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Log return of the bar; null where it has none."
              },
              {
                "name": "spread_estimate",
                "type": [
                  "null",
                  "double"
                ],
                "default": null,
                "doc": "Spread estimate of the bar; null where it has none."
              }
            ]
          }
        ],
        "default": null,
        "doc": "The valid bar that was last; null on a record that only moves the counters."
      }
    ]
  },
};
