import type { Grid } from '../domain/grid.ts';
import type { BarSettings } from '../domain/settings.ts';
import {
  createGrids,
  type LiveClock,
  type SymbolSink,
  SymbolStage,
  type SymbolStageState,
  type TickCounts,
} from '../domain/symbol-stage.ts';
import type { Tick } from '../domain/tick.ts';
import { hasBadSymbol } from '../domain/tick-checks.ts';

/**
 * The first stage of one input partition: ticks in, clean bars out, for every symbol that the partition carries. Pure: the same object runs
 * in the Kafka worker, in the in-process driver and in tests. State is read out symbol by symbol, changed ones only.
 */
export class CleanStage<Origin> {
  readonly #settings: BarSettings;
  readonly #grids: readonly Grid[];
  readonly #symbols = new Map<string, SymbolStage<Origin>>();
  readonly #changed = new Set<SymbolStage<Origin>>();
  /** Ticks refused before they belonged to any symbol. */
  #badSymbols = 0;

  constructor(settings: BarSettings) {
    this.#settings = settings;
    this.#grids = createGrids(settings);
  }

  /** Works on one tick. Outputs come through `sink` before this returns; `live` is null in every replay. */
  process(tick: Tick, origin: Origin, sink: SymbolSink<Origin>, live: LiveClock | null = null): void {
    if (hasBadSymbol(tick)) {
      this.#badSymbols++;
      sink.refused('BAD_SYMBOL', origin, []);
      return;
    }
    const stage = this.#stageOf(tick.symbol);
    this.#changed.add(stage);
    stage.process(tick, origin, sink, live);
  }

  /** Closes the bars that the wall clock has left behind (spec section 2, live only). */
  idle(nowMs: number, idleMs: number, sink: SymbolSink<Origin>): void {
    for (const stage of this.#symbols.values()) {
      this.#changed.add(stage);
      stage.idle(nowMs, idleMs, sink.bar);
    }
  }

  /** Calls `write` with the state of every symbol touched since the last call. */
  takeChanges(write: (symbol: string, state: SymbolStageState<Origin>) => void): void {
    for (const stage of this.#changed) write(stage.symbol, stage.snapshot());
    this.#changed.clear();
  }

  /** Puts one symbol back as `takeChanges` wrote it. */
  restore(symbol: string, state: SymbolStageState<Origin>): void {
    this.#stageOf(symbol).restore(state);
  }

  /** The symbols seen so far, with their counts and series: for metrics and the status page. */
  symbols(): IterableIterator<SymbolStage<Origin>> {
    return this.#symbols.values();
  }

  /** Sum of the symbols' counts, BAD_SYMBOL ticks included. */
  counts(): TickCounts {
    const total: TickCounts = { accepted: 0, late: 0, duplicates: 0, refused: this.#badSymbols, held: 0 };
    for (const { counts } of this.#symbols.values()) {
      total.accepted += counts.accepted;
      total.late += counts.late;
      total.duplicates += counts.duplicates;
      total.refused += counts.refused;
      total.held += counts.held;
    }
    return total;
  }

  #stageOf(symbol: string): SymbolStage<Origin> {
    let stage = this.#symbols.get(symbol);
    if (stage === undefined) {
      stage = new SymbolStage(symbol, this.#settings, this.#grids);
      this.#symbols.set(symbol, stage);
    }
    return stage;
  }
}
