import type { BarSeries } from '../../../src/domain/bar-series.ts';
import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import type { RawBar } from '../../../src/domain/clean-series.ts';
import type { FeatureRow } from '../../../src/domain/feature-row.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { type BarSettings, DEFAULT_BARS } from '../../../src/domain/settings.ts';
import { createGrids, type LiveClock, type SymbolSink, SymbolStage } from '../../../src/domain/symbol-stage.ts';
import { emptyTick, type Tick } from '../../../src/domain/tick.ts';
import type { Timeframe } from '../../../src/domain/timeframe.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A tick of EURUSD at `eventTime` with bid = ask = `price` and no seq; `fields` override. A seq, volume or last given is present. */
export function tickAt(eventTime: number, price = 1, fields: Partial<Tick> = {}): Tick {
  return {
    ...emptyTick(),
    symbol: 'EURUSD',
    eventTime,
    bid: price,
    ask: price,
    hasLast: fields.last !== undefined,
    hasVolume: fields.volume !== undefined,
    hasSeq: fields.seq !== undefined,
    ...fields,
  };
}

/** Settings of one timeframe, 1m, with the defaults of the spec and what the test is about. */
export function barSettings(overrides: Partial<BarSettings> = {}): BarSettings {
  return { ...DEFAULT_BARS, timeframes: ['1m'], maxJumpMs: Number.POSITIVE_INFINITY, ...overrides };
}

/** What became of a tick or a bar, written down in the order it happened. */
export interface Refused {
  origin: string;
  reason: string;
  timeframes: string;
}

/** A sink that keeps copies of all it is given. Origins are the names that the test gives its ticks. */
export class Recorder implements SymbolSink<string> {
  readonly bars: CleanBar[] = [];
  readonly refusals: Refused[] = [];
  readonly duplicates: string[] = [];

  readonly bar = (bar: CleanBar): void => {
    this.bars.push({ ...bar });
  };

  refused(reason: string, origin: string, timeframes: readonly Timeframe[]): void {
    this.refusals.push({ origin, reason, timeframes: timeframes.join(';') });
  }

  duplicate(origin: string): void {
    this.duplicates.push(origin);
  }

  /** `#2 LATE 1m` for the third tick refused as LATE for 1m. */
  get refusedLines(): string[] {
    return this.refusals.map(({ origin, reason, timeframes }) => `${origin} ${reason} ${timeframes}`.trimEnd());
  }
}

/** A symbol's stage with a recorder: ticks are named #0, #1, … in the order they arrive. */
export class Desk {
  readonly out = new Recorder();
  readonly stage: SymbolStage<string>;
  #arrivals = 0;

  constructor(overrides: Partial<BarSettings> = {}) {
    const settings = barSettings(overrides);
    this.stage = new SymbolStage('EURUSD', settings, createGrids(settings));
  }

  /** Hands over ticks in this order. */
  feed(...ticks: Tick[]): this {
    for (const tick of ticks) this.live(tick, null);
    return this;
  }

  /** Hands over one tick with the wall clock of the live rules. */
  live(tick: Tick, clock: LiveClock | null): this {
    this.stage.process(tick, `#${this.#arrivals++}`, this.out, clock);
    return this;
  }

  get bars(): CleanBar[] {
    return this.out.bars;
  }

  get series(): BarSeries {
    return this.stage.series[0]!;
  }
}

/** The bars in a line each: `end open high low close volume` in the given unit of time, `missing` for a missing one, `*` where partial. */
export function sketch(bars: readonly CleanBar[], unit = MINUTE): string[] {
  return bars.map((bar) => {
    const mark = bar.isPartial ? '*' : '';
    const body = bar.isMissing ? 'missing' : `${bar.open} ${bar.high} ${bar.low} ${bar.close} v${bar.volume}`;
    return `${bar.timestampUtc / unit}${mark} ${body}`;
  });
}

/** The slot ENDs of the bars in the given unit, missing bars in brackets, a partial bar with a star: `1* 2 (3) 4`. */
export function timeline(bars: readonly CleanBar[], unit = MINUTE): string {
  return bars
    .map((bar) => `${bar.isMissing ? `(${bar.timestampUtc / unit})` : bar.timestampUtc / unit}${bar.isPartial ? '*' : ''}`)
    .join(' ');
}

/** A raw bar; all four prices are `close` unless given. NaN is null. */
export function rawBar(close: number, fields: Partial<RawBar> = {}): RawBar {
  return {
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
    rawSpread: Number.NaN,
    sourceId: 'file',
    tickCount: Number.NaN,
    ...fields,
  };
}

/** A raw bar without any price: a missing bar. */
export function missingRawBar(): RawBar {
  return rawBar(Number.NaN);
}

/** A valid clean bar of 1m (or the timeframe given); all four prices are `close` unless given. */
export function cleanBar(index: number, close: number, fields: Partial<CleanBar> = {}): CleanBar {
  return {
    symbol: 'EURUSD',
    timeframe: '1m',
    timestampUtc: index * MINUTE,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
    logReturn1: Number.NaN,
    spreadEstimate: Number.NaN,
    isMissing: false,
    isOutlier: false,
    validBar: true,
    sourceId: 'feed',
    tickCount: 1,
    isPartial: false,
    ...fields,
  };
}

/** One value of a tier-1 row by its column's name. */
export function column(row: FeatureRow, name: string): number {
  const at = FEATURE_COLUMNS.indexOf(name);
  if (at < 0) throw new Error(`no column ${name}`);
  return row.values[at]!;
}

/** UTC epoch ms of an ISO date and time. */
export function utc(text: string): number {
  return Date.parse(`${text}${text.includes('T') ? '' : 'T00:00'}Z`);
}
