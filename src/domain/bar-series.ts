import type { CleanBar } from './clean-bar.ts';
import { CleanSeries, type CleanSeriesState, type RawBar } from './clean-series.ts';
import { type Grid, slotOfEnd } from './grid.ts';
import { OpenBar } from './open-bar.ts';
import type { Refusal } from './reason.ts';
import type { BarSettings, PriceField, SpreadMode } from './settings.ts';
import type { Tick } from './tick.ts';
import { priceOf } from './tick-checks.ts';

/** Receives every clean bar in order; the bar is used again for the next one. */
export type BarSink = (bar: CleanBar) => void;

/** What a series must remember between records, for a snapshot. */
export interface BarSeriesState extends CleanSeriesState {
  started: boolean;
  nextSlot: number;
  run: number;
  quality: Quality;
  open: OpenBar[];
}

/** Counts per symbol and timeframe behind the quality warnings of spec section 3. */
export interface Quality {
  bars: number;
  missing: number;
  valid: number;
  consecutiveMissing: number;
  /** How often a gap beyond max_gap_bars restarted the series. */
  restarts: number;
}

/**
 * The bars of one symbol and timeframe: ticks into slots, slots into clean bars in grid order, gaps into missing bars or a restart
 * (spec sections 2 and 3).
 */
export class BarSeries {
  readonly grid: Grid;
  readonly quality: Quality = { bars: 0, missing: 0, valid: 0, consecutiveMissing: 0, restarts: 0 };
  readonly #graceMs: number;
  readonly #maxGapBars: number;
  readonly #price: PriceField;
  readonly #spread: SpreadMode;
  readonly #clean: CleanSeries;
  /** The first slot that has not closed; ticks of earlier slots are LATE. -Infinity before the first tick. */
  #nextSlot = Number.NEGATIVE_INFINITY;
  /** The event time at which the next slot closes: `advance` does nothing before it. -Infinity before the first tick. */
  nextCloseTime = Number.NEGATIVE_INFINITY;
  /** The series has emitted a bar since its start or its last restart. */
  #started = false;
  /** Empty slots since the last bar with ticks. */
  #run = 0;
  /** Slots with ticks that have not closed, in slot order; more than one only with a grace. */
  readonly #open: OpenBar[] = [];
  readonly #spare: OpenBar[] = [];
  /** The bar that took the last tick and its slot's borders, so that the next tick of the slot needs no look-up. */
  #current: OpenBar | undefined;
  #currentStart = 0;
  #currentEnd = 0;
  readonly #raw: RawBar = { open: 0, high: 0, low: 0, close: 0, volume: 0, rawSpread: 0, sourceId: '', tickCount: 0 };

  constructor(symbol: string, grid: Grid, settings: BarSettings) {
    this.grid = grid;
    this.#graceMs = settings.graceMs[grid.timeframe] ?? 0;
    this.#maxGapBars = settings.maxGapBars;
    this.#price = settings.price;
    this.#spread = settings.spread;
    this.#clean = new CleanSeries(symbol, grid.timeframe, settings);
  }

  /** Event time has reached `highestEventTime`: closes every slot whose end + grace lies at or before it. */
  advance(highestEventTime: number, sink: BarSink): void {
    if (highestEventTime < this.nextCloseTime) return;
    this.#closeBefore(this.grid.indexOf(highestEventTime - this.#graceMs), sink);
  }

  /** The wall clock has reached `nowMs`: closes what lies past end + grace + idle (spec section 2, live only). */
  idle(nowMs: number, idleMs: number, sink: BarSink): void {
    this.advance(nowMs - idleMs, sink);
  }

  /** Adds a tick to its slot; false where that slot has closed (LATE). The tick must not be ahead of the last `advance`. */
  add(tick: Tick): boolean {
    const time = tick.eventTime;
    if (this.#current === undefined || time < this.#currentStart || time >= this.#currentEnd) {
      const slot = this.grid.indexOf(time);
      if (slot < this.#nextSlot) return false;
      this.#current = this.#openBar(slot);
      this.#currentStart = this.grid.startOf(slot);
      this.#currentEnd = this.grid.endOf(slot);
    }
    this.#current.add(tick, priceOf(tick, this.#price));
    return true;
  }

  /** Takes a finished bar as input: spec section 2, "Raw bars". Null where it was taken, else the reason why not. */
  addRaw(raw: RawBar, timestampUtc: number, sink: BarSink): Refusal | null {
    const slot = slotOfEnd(this.grid, timestampUtc);
    const isMissing = Number.isNaN(raw.open) && Number.isNaN(raw.high) && Number.isNaN(raw.low) && Number.isNaN(raw.close);
    if (Number.isNaN(slot) || (isMissing && this.grid.nextOnGrid(slot) !== slot)) return 'OFF_GRID';
    if (slot < this.#nextSlot) return 'LATE';
    if (isMissing && !this.#started) {
      this.#started = true;
      this.#emit(this.#clean.missing(timestampUtc, true), sink);
      this.#run = 1;
    } else if (isMissing) {
      this.#emitEmpty(this.#nextSlot, slot + 1, sink);
    } else {
      this.#emitEmpty(this.#nextSlot, slot, sink);
      this.#emitRaw(raw, timestampUtc, sink);
    }
    this.#setNextSlot(slot + 1);
    return null;
  }

  /** A copy of what must outlive the process. */
  snapshot(): BarSeriesState {
    return {
      ...this.#clean.snapshot(),
      started: this.#started,
      nextSlot: this.#nextSlot,
      run: this.#run,
      quality: { ...this.quality },
      open: this.#open.map((bar) => Object.assign(new OpenBar(), bar)),
    };
  }

  /** Takes up where the snapshot was made; goes on with the same bits. */
  restore(state: BarSeriesState): void {
    this.#clean.restore(state);
    this.#started = state.started;
    this.#run = state.run;
    Object.assign(this.quality, state.quality);
    this.#open.length = 0;
    for (const bar of state.open) this.#open.push(Object.assign(new OpenBar(), bar));
    this.#current = undefined;
    this.#setNextSlot(state.nextSlot);
  }

  #closeBefore(slot: number, sink: BarSink): void {
    let cursor = this.#nextSlot;
    while (this.#open.length > 0 && this.#open[0]!.slot < slot) {
      // All but always it is the only one.
      const bar = this.#open.length === 1 ? this.#open.pop()! : this.#open.shift()!;
      this.#emitEmpty(cursor, bar.slot, sink);
      this.#emitOpen(bar, sink);
      cursor = bar.slot + 1;
      this.#spare.push(bar);
    }
    this.#emitEmpty(cursor, slot, sink);
    this.#current = undefined;
    if (slot > this.#nextSlot) this.#setNextSlot(slot);
  }

  #setNextSlot(slot: number): void {
    this.#nextSlot = slot;
    this.nextCloseTime = Number.isFinite(slot) ? this.grid.endOf(slot) + this.#graceMs : slot;
  }

  /** The slots from `from` up to but not including `to` have no tick: missing bars, or a restart where the run of them grows too long. */
  #emitEmpty(from: number, to: number, sink: BarSink): void {
    if (!this.#started || from >= to) return;
    let run = this.#run;
    for (let slot = this.grid.nextOnGrid(from); slot < to; slot = this.grid.nextOnGrid(slot + 1)) {
      if (++run > this.#maxGapBars) {
        this.#restart();
        return;
      }
    }
    for (let slot = this.grid.nextOnGrid(from); slot < to; slot = this.grid.nextOnGrid(slot + 1)) {
      this.#emit(this.#clean.missing(this.grid.endOf(slot), false), sink);
    }
    this.#run = run;
  }

  #restart(): void {
    this.#started = false;
    this.#run = 0;
    this.quality.restarts++;
    this.quality.consecutiveMissing = 0;
    this.#clean.restart();
  }

  #emitOpen(bar: OpenBar, sink: BarSink): void {
    const raw = this.#raw;
    raw.open = bar.open;
    raw.high = bar.high;
    raw.low = bar.low;
    raw.close = bar.close;
    raw.volume = bar.volume;
    raw.rawSpread = this.#spread === 'quoted' ? bar.spreadSum / bar.tickCount : Number.NaN;
    raw.sourceId = bar.sourceId;
    raw.tickCount = bar.tickCount;
    this.#emitRaw(raw, this.grid.endOf(bar.slot), sink);
  }

  #emitRaw(raw: RawBar, timestampUtc: number, sink: BarSink): void {
    if (this.#spread === 'hl') raw.rawSpread = (raw.high - raw.low) / raw.close;
    const isPartial = !this.#started;
    this.#started = true;
    this.#run = 0;
    this.#emit(this.#clean.judge(raw, timestampUtc, isPartial), sink);
  }

  #emit(bar: CleanBar, sink: BarSink): void {
    const quality = this.quality;
    quality.bars++;
    if (bar.isMissing) {
      quality.missing++;
      quality.consecutiveMissing++;
    } else {
      quality.consecutiveMissing = 0;
    }
    if (bar.validBar) quality.valid++;
    sink(bar);
  }

  #openBar(slot: number): OpenBar {
    const open = this.#open;
    let at = open.length;
    while (at > 0 && open[at - 1]!.slot > slot) at--;
    if (at > 0 && open[at - 1]!.slot === slot) return open[at - 1]!;
    const bar = this.#spare.pop() ?? new OpenBar();
    bar.reset(slot);
    if (at === open.length) open.push(bar);
    else open.splice(at, 0, bar);
    return bar;
  }
}
