import type { CleanState, HeldTick, OpenBarState, SeriesState } from '../codec/generated/records.ts';
import type { BarSeriesState } from '../domain/bar-series.ts';
import { OpenBar } from '../domain/open-bar.ts';
import type { SymbolStageState } from '../domain/symbol-stage.ts';
import { emptyTick } from '../domain/tick.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { fromNullable, nullable } from './nullable.ts';

/** The clean stage's state of one symbol as its changelog record, without the header fields that every state record has. */
export function toCleanState(
  symbol: string,
  timeframes: readonly Timeframe[],
  state: SymbolStageState<InputRecord>,
): Omit<CleanState, 'format_version' | 'settings_hash' | 'input_offset'> {
  return {
    symbol,
    highest_event_time: nullable(state.highestEventTime),
    sources: state.sources.map(([sourceId, mark]) => ({
      source_id: sourceId,
      highest_seq: nullable(mark.highestSeq),
      highest_event_time: mark.highestEventTime,
    })),
    held: state.held === null ? null : toHeldTick(state.held),
    series: state.series.map((series, i) => toSeriesState(timeframes[i]!, series)),
  };
}

/** The inverse of `toCleanState`. */
export function fromCleanState(record: CleanState): SymbolStageState<InputRecord> {
  return {
    highestEventTime: record.highest_event_time ?? Number.NEGATIVE_INFINITY,
    sources: record.sources.map((source) => [
      source.source_id,
      { highestSeq: source.highest_seq ?? Number.NEGATIVE_INFINITY, highestEventTime: source.highest_event_time },
    ]),
    held: record.held === null ? null : fromHeldTick(record.symbol, record.held),
    series: record.series.map(fromSeriesState),
  };
}

/** True where the state has put out bars: tier 1 must have state of them. */
export function hasEmitted({ series }: CleanState): boolean {
  return series.some(({ bars, restarts }) => bars > 0 || restarts > 0);
}

function toHeldTick({ tick, origin }: NonNullable<SymbolStageState<InputRecord>['held']>): HeldTick {
  return {
    event_time: tick.eventTime,
    bid: tick.bid,
    ask: tick.ask,
    last: tick.hasLast ? nullable(tick.last) : null,
    volume: tick.hasVolume ? tick.volume : null,
    seq: tick.hasSeq ? tick.seq : null,
    source_id: tick.sourceId,
    offset: origin.offset,
    timestamp: origin.timestamp,
    key: origin.key,
    value: origin.value ?? Buffer.alloc(0),
    headers: origin.headers.map(({ key, value }) => ({ key, value })),
  };
}

function fromHeldTick(symbol: string, held: HeldTick): NonNullable<SymbolStageState<InputRecord>['held']> {
  const tick = emptyTick();
  tick.key = symbol;
  tick.symbol = symbol;
  tick.eventTime = held.event_time;
  tick.bid = held.bid;
  tick.ask = held.ask;
  tick.hasLast = held.last !== null;
  tick.last = held.last ?? 0;
  tick.hasVolume = held.volume !== null;
  tick.volume = held.volume ?? 0;
  tick.hasSeq = held.seq !== null;
  tick.seq = held.seq ?? 0;
  tick.sourceId = held.source_id;
  const { offset, timestamp, key, value, headers } = held;
  return { tick, origin: { offset, timestamp, key, value, headers } };
}

function toSeriesState(timeframe: Timeframe, state: BarSeriesState): SeriesState {
  return {
    timeframe,
    started: state.started,
    next_slot: nullable(state.nextSlot),
    run: state.run,
    bars: state.quality.bars,
    restarts: state.quality.restarts,
    previous_close: nullable(state.previousClose),
    previous_clean: state.previousClean,
    spread_average: nullable(state.spreadAverage),
    returns_seen: state.returnsSeen,
    recent_returns: state.recentReturns.map(nullable),
    consecutive_missing: state.quality.consecutiveMissing,
    missing: state.quality.missing,
    valid: state.quality.valid,
    open: state.open.map(toOpenBarState),
  };
}

function fromSeriesState(record: SeriesState): BarSeriesState {
  return {
    started: record.started,
    nextSlot: record.next_slot ?? Number.NEGATIVE_INFINITY,
    run: record.run,
    quality: {
      bars: record.bars,
      missing: record.missing,
      valid: record.valid,
      consecutiveMissing: record.consecutive_missing,
      restarts: record.restarts,
    },
    previousClose: fromNullable(record.previous_close),
    previousClean: record.previous_clean,
    spreadAverage: fromNullable(record.spread_average),
    returnsSeen: record.returns_seen,
    recentReturns: record.recent_returns.map(fromNullable),
    open: record.open.map(fromOpenBarState),
  };
}

function toOpenBarState(bar: OpenBar): OpenBarState {
  return {
    slot: bar.slot,
    open: bar.open,
    high: bar.high,
    low: bar.low,
    close: bar.close,
    volume: bar.volume,
    spread_sum: bar.spreadSum,
    tick_count: bar.tickCount,
    first_time: bar.firstTime,
    first_seq: nullable(bar.firstSeq),
    last_time: bar.lastTime,
    last_seq: nullable(bar.lastSeq),
    source_id: bar.sourceId,
  };
}

function fromOpenBarState(record: OpenBarState): OpenBar {
  const bar = new OpenBar();
  bar.slot = record.slot;
  bar.open = record.open;
  bar.high = record.high;
  bar.low = record.low;
  bar.close = record.close;
  bar.volume = record.volume;
  bar.spreadSum = record.spread_sum;
  bar.tickCount = record.tick_count;
  bar.firstTime = record.first_time;
  bar.firstSeq = record.first_seq ?? Number.NEGATIVE_INFINITY;
  bar.lastTime = record.last_time;
  bar.lastSeq = record.last_seq ?? Number.NEGATIVE_INFINITY;
  bar.sourceId = record.source_id;
  return bar;
}
