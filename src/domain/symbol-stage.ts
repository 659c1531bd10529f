import { BarSeries, type BarSeriesState, type BarSink } from './bar-series.ts';
import { createGrid, type Grid } from './grid.ts';
import type { Refusal } from './reason.ts';
import type { BarSettings, PriceField } from './settings.ts';
import { type SourceMark, Sources } from './sources.ts';
import { copyTick, emptyTick, type Tick } from './tick.ts';
import { checkTick } from './tick-checks.ts';
import type { Timeframe } from './timeframe.ts';

/** No timeframe was too late: what `refused` gets for every reason but LATE. */
const NO_TIMEFRAMES: readonly Timeframe[] = [];

/**
 * What a symbol's stage gives out while it works on a tick. `Origin` is whatever the source says of where a tick came from (a row of a file,
 * a record of a partition with its bytes): the stage only carries it.
 */
export interface SymbolSink<Origin> {
  readonly bar: BarSink;
  /** A tick that goes to the dead letters; LATE names the timeframes it was too late for (it entered the others). */
  refused(reason: Refusal, origin: Origin, timeframes: readonly Timeframe[]): void;
  /** A tick that repeats an accepted or held one: dropped and counted. */
  duplicate(origin: Origin): void;
  /** Called when a tick is held: gives what to keep of its origin, where that is not the origin itself. */
  readonly held?: (origin: Origin) => Origin;
}

/** Live rules, off in every replay and rebuild: the clock comes in with the data (spec section 1). */
export interface LiveClock {
  /** Wall clock, UTC epoch ms. */
  readonly nowMs: number;
  /** A tick further ahead of the wall clock than this is held, ms. */
  readonly aheadMs: number;
}

/** Ticks of one symbol by what became of them. Conservation: seen = accepted + duplicates + refused other than LATE + held. */
export interface TickCounts {
  accepted: number;
  late: number;
  duplicates: number;
  refused: number;
  held: number;
}

/** What a symbol must remember between ticks, for a snapshot. */
export interface SymbolStageState<Origin> {
  /** -Infinity before the first accepted tick. */
  highestEventTime: number;
  sources: Array<[string, SourceMark]>;
  held: { tick: Tick; origin: Origin } | null;
  series: BarSeriesState[];
}

/** Grids are without state and shared by all symbols of a task. */
export function createGrids(settings: BarSettings): readonly Grid[] {
  return settings.timeframes.map((timeframe) => createGrid(timeframe, settings));
}

/** One symbol from its ticks to its clean bars of every timeframe: checks, duplicates, far jumps, lateness, bars (spec sections 1 to 3). */
export class SymbolStage<Origin> {
  readonly symbol: string;
  readonly series: readonly BarSeries[];
  readonly counts: TickCounts = { accepted: 0, late: 0, duplicates: 0, refused: 0, held: 0 };
  readonly #price: PriceField;
  readonly #maxJumpMs: number;
  readonly #sources = new Sources();
  #highestEventTime = Number.NEGATIVE_INFINITY;
  readonly #heldTick: Tick = emptyTick();
  #held: { origin: Origin } | null = null;

  constructor(symbol: string, settings: BarSettings, grids: readonly Grid[]) {
    this.symbol = symbol;
    this.#price = settings.price;
    this.#maxJumpMs = settings.maxJumpMs;
    this.series = grids.map((grid) => new BarSeries(symbol, grid, settings));
  }

  /** Works on one tick. `live` is given only where the live rules are on. */
  process(tick: Tick, origin: Origin, sink: SymbolSink<Origin>, live: LiveClock | null = null): void {
    const reason = checkTick(tick, this.#price);
    if (reason !== null) {
      this.#refuse(reason, origin, sink);
      return;
    }
    if (this.#sources.isDuplicate(tick) || this.#repeatsHeld(tick)) {
      this.counts.duplicates++;
      sink.duplicate(origin);
      return;
    }
    const isFar = this.#isFar(tick, live);
    if (this.#held === null && !isFar) {
      this.#accept(tick, origin, sink);
    } else if (this.#held !== null) {
      this.#resolveHeld(isFar, sink);
      this.#accept(tick, origin, sink);
    } else {
      this.#held = { origin: sink.held === undefined ? origin : sink.held(origin) };
      copyTick(tick, this.#heldTick);
      this.counts.held++;
    }
  }

  /** Closes bars whose slot the wall clock has left behind by `idleMs` (spec section 2, live only). */
  idle(nowMs: number, idleMs: number, sink: BarSink): void {
    if (this.#highestEventTime === Number.NEGATIVE_INFINITY) return;
    for (const series of this.series) series.idle(nowMs, idleMs, sink);
  }

  /** A copy of what must outlive the process; origins are handed out as they came in. */
  snapshot(): SymbolStageState<Origin> {
    return {
      highestEventTime: this.#highestEventTime,
      sources: [...this.#sources.entries()].map(([id, mark]) => [id, { ...mark }]),
      held: this.#held === null ? null : { tick: copyTick(this.#heldTick, emptyTick()), origin: this.#held.origin },
      series: this.series.map((series) => series.snapshot()),
    };
  }

  /** Takes up where the snapshot was made; goes on with the same bits. Series are those of the same timeframes in the same order. */
  restore(state: SymbolStageState<Origin>): void {
    this.#highestEventTime = state.highestEventTime;
    for (const [id, mark] of state.sources) this.#sources.restore(id, mark);
    this.#held = state.held === null ? null : { origin: state.held.origin };
    this.counts.held = state.held === null ? 0 : 1;
    if (state.held !== null) copyTick(state.held.tick, this.#heldTick);
    this.series.forEach((series, i) => {
      series.restore(state.series[i]!);
    });
  }

  #repeatsHeld(tick: Tick): boolean {
    const held = this.#heldTick;
    return this.#held !== null && tick.hasSeq && held.hasSeq && tick.seq === held.seq && tick.sourceId === held.sourceId;
  }

  #isFar(tick: Tick, live: LiveClock | null): boolean {
    if (this.#highestEventTime === Number.NEGATIVE_INFINITY) return false;
    if (tick.eventTime - this.#highestEventTime > this.#maxJumpMs) return true;
    return live !== null && tick.eventTime > live.nowMs + live.aheadMs;
  }

  /** The next tick decides about the held one: far as well, and the gap is real; near, and the held one's clock was wrong. */
  #resolveHeld(nextIsFar: boolean, sink: SymbolSink<Origin>): void {
    const { origin } = this.#held!;
    this.#held = null;
    this.counts.held--;
    if (nextIsFar) this.#accept(this.#heldTick, origin, sink);
    else this.#refuse('FUTURE', origin, sink);
  }

  #accept(tick: Tick, origin: Origin, sink: SymbolSink<Origin>): void {
    this.counts.accepted++;
    this.#sources.accept(tick);
    if (tick.eventTime > this.#highestEventTime) this.#highestEventTime = tick.eventTime;
    let late: Timeframe[] | null = null;
    for (let i = 0; i < this.series.length; i++) {
      const series = this.series[i]!;
      if (this.#highestEventTime >= series.nextCloseTime) series.advance(this.#highestEventTime, sink.bar);
      if (!series.add(tick)) {
        late ??= [];
        late.push(series.grid.timeframe);
      }
    }
    if (late !== null) {
      this.counts.late++;
      sink.refused('LATE', origin, late);
    }
  }

  #refuse(reason: Refusal, origin: Origin, sink: SymbolSink<Origin>): void {
    this.counts.refused++;
    sink.refused(reason, origin, NO_TIMEFRAMES);
  }
}
