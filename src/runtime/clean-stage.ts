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

/** One symbol of the stage, as a handle for those who feed it many ticks. */
export interface SymbolEntry<Origin> {
  readonly stage: SymbolStage<Origin>;
  /** It has been touched since changes were last taken. */
  isChanged: boolean;
}

/**
 * The first stage of one input partition: ticks in, clean bars out, for every symbol that the partition carries. Pure: the same object runs
 * in the Kafka worker, in the in-process driver and in tests. State is read out symbol by symbol, changed ones only.
 */
export class CleanStage<Origin> {
  readonly #settings: BarSettings;
  readonly #grids: readonly Grid[];
  readonly #symbols = new Map<string, SymbolEntry<Origin>>();
  /** The entry of the last tick: a partition mostly carries one symbol, which saves the look-up. */
  #last: SymbolEntry<Origin> | null = null;
  /** Entries touched since changes were last taken. */
  readonly #changed: SymbolEntry<Origin>[] = [];
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
    let entry = this.#last;
    if (entry === null || entry.stage.symbol !== tick.symbol) {
      entry = this.entry(tick.symbol);
      this.#last = entry;
    }
    this.processIn(entry, tick, origin, sink, live);
  }

  /** The same without the look-up: `entry` is that of the tick's symbol. */
  processIn(entry: SymbolEntry<Origin>, tick: Tick, origin: Origin, sink: SymbolSink<Origin>, live: LiveClock | null = null): void {
    if (!entry.isChanged) this.#touch(entry);
    entry.stage.process(tick, origin, sink, live);
  }

  /** The entry of a symbol, which is not empty; a new one where there was none. */
  entry(symbol: string): SymbolEntry<Origin> {
    let entry = this.#symbols.get(symbol);
    if (entry === undefined) {
      entry = { stage: new SymbolStage(symbol, this.#settings, this.#grids), isChanged: false };
      this.#symbols.set(symbol, entry);
    }
    return entry;
  }

  /** Closes the bars that the wall clock has left behind (spec section 2, live only). */
  idle(nowMs: number, idleMs: number, sink: SymbolSink<Origin>): void {
    for (const entry of this.#symbols.values()) {
      if (!entry.isChanged) this.#touch(entry);
      entry.stage.idle(nowMs, idleMs, sink.bar);
    }
  }

  /** Calls `write` with the state of every symbol touched since the last call. */
  takeChanges(write: (symbol: string, state: SymbolStageState<Origin>) => void): void {
    for (const entry of this.#changed) {
      entry.isChanged = false;
      write(entry.stage.symbol, entry.stage.snapshot());
    }
    this.#changed.length = 0;
  }

  /** Puts one symbol back as `takeChanges` wrote it. */
  restore(symbol: string, state: SymbolStageState<Origin>): void {
    this.entry(symbol).stage.restore(state);
  }

  /** The symbols seen so far, with their counts and series: for metrics and the status page. */
  *symbols(): Generator<SymbolStage<Origin>, void> {
    for (const { stage } of this.#symbols.values()) yield stage;
  }

  /** Sum of the symbols' counts, BAD_SYMBOL ticks included. */
  counts(): TickCounts {
    const total: TickCounts = { accepted: 0, late: 0, duplicates: 0, refused: this.#badSymbols, held: 0 };
    for (const { counts } of this.symbols()) {
      total.accepted += counts.accepted;
      total.late += counts.late;
      total.duplicates += counts.duplicates;
      total.refused += counts.refused;
      total.held += counts.held;
    }
    return total;
  }

  #touch(entry: SymbolEntry<Origin>): void {
    entry.isChanged = true;
    this.#changed.push(entry);
  }
}
