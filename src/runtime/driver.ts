import { joinSlots } from '../../topology/topics.ts';
import { BarSeries, type BarSink } from '../domain/bar-series.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { RawBar } from '../domain/clean-series.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { createGrid } from '../domain/grid.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { Refusal } from '../domain/reason.ts';
import type { DomainSettings } from '../domain/settings.ts';
import type { SymbolSink, TickCounts } from '../domain/symbol-stage.ts';
import { emptyTick, type Tick } from '../domain/tick.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { CleanStage, type SymbolEntry } from './clean-stage.ts';
import { checkColumns, readRow, type TickColumns } from './columns.ts';
import { FeatureStage } from './feature-stage.ts';
import { JoinStage } from './join-stage.ts';

/** Receives everything the topology gives out. Bars and rows are used again after the call: copy what must outlive it. */
export interface DriverSink<Origin> {
  bar(bar: CleanBar): void;
  features(row: FeatureRow): void;
  matrix(matrix: CorrelationMatrix): void;
  /** A record that was refused, with what the caller said of where it came from. LATE names the timeframes it was too late for. */
  refused(reason: Refusal, origin: Origin, timeframes: readonly Timeframe[]): void;
  duplicate(origin: Origin): void;
}

/** The driver has no input offsets, so every bar counts. */
const ANY_POSITION = 0;

/**
 * The whole topology in one process, without a broker: the same stages that the Kafka worker runs, fed by hand and therefore deterministic.
 * It is the topology's test driver, the researcher's backtest and what `arbitrex replay` runs.
 *
 *     const driver = new TopologyDriver<number>(settings, sink);
 *     ticks.forEach((tick, row) => driver.tick(tick, row));
 *     driver.end();
 */
export class TopologyDriver<Origin> {
  readonly #settings: DomainSettings;
  readonly #sink: DriverSink<Origin>;
  readonly #clean: CleanStage<Origin>;
  readonly #features: FeatureStage;
  readonly #joins: ReadonlyMap<Timeframe, readonly JoinStage[]>;
  readonly #rawBars = new Map<string, BarSeries>();
  readonly #symbolSink: SymbolSink<Origin>;
  /** The row that is being fed. */
  readonly #tick = emptyTick();
  readonly #emit: (matrix: CorrelationMatrix) => void;

  constructor(settings: DomainSettings, sink: DriverSink<Origin>) {
    this.#settings = settings;
    this.#sink = sink;
    this.#clean = new CleanStage(settings.bars);
    this.#features = new FeatureStage(settings.features);
    this.#joins = Map.groupBy(
      joinSlots({ domain: settings }).map((slot) => new JoinStage(slot, settings)),
      ({ slot }) => slot.timeframe,
    );
    const bar: BarSink = (clean) => this.#onBar(clean);
    this.#symbolSink = {
      bar,
      refused: (reason, origin, timeframes) => sink.refused(reason, origin, timeframes),
      duplicate: (origin) => sink.duplicate(origin),
    };
    this.#emit = (matrix) => sink.matrix(matrix);
  }

  /** Feeds one tick; everything it brings about has been given out when this returns. */
  tick(tick: Tick, origin: Origin): void {
    this.#clean.process(tick, origin, this.#symbolSink);
  }

  /**
   * Feeds ticks from columns in memory, row by row: what comes out, and in which order, is what `tick` would have brought about. `originOf`
   * says where a row came from.
   *
   * @throws RangeError where the columns are not of one length, or a row names no symbol or no source; nothing has been fed then.
   */
  columns(columns: TickColumns, originOf: (row: number) => Origin): void {
    const rows = checkColumns(columns);
    const entries: Array<SymbolEntry<Origin> | undefined> = columns.symbols.map(() => undefined);
    const tick = this.#tick;
    for (let row = 0; row < rows; row++) {
      readRow(columns, row, tick);
      const entry = entries[columns.symbol[row]!];
      if (entry !== undefined) {
        this.#clean.processIn(entry, tick, originOf(row), this.#symbolSink);
        continue;
      }
      this.#clean.process(tick, originOf(row), this.#symbolSink);
      // A symbol without a name has no entry.
      if (tick.symbol !== '') entries[columns.symbol[row]!] = this.#clean.entry(tick.symbol);
    }
  }

  /** Feeds one raw bar instead of ticks (spec section 2, "Raw bars"). */
  rawBar(symbol: string, timeframe: Timeframe, timestampUtc: number, bar: RawBar, origin: Origin): void {
    if (symbol === '') {
      this.#sink.refused('BAD_SYMBOL', origin, []);
      return;
    }
    const reason = this.#rawSeries(symbol, timeframe).addRaw(bar, timestampUtc, this.#symbolSink.bar);
    if (reason !== null) this.#sink.refused(reason, origin, []);
  }

  /** The input has ended: every symbol is worked off, so matrices that waited for a silent one go out as the spec lets them. No bar closes. */
  end(): void {
    for (const stages of this.#joins.values()) for (const { join } of stages) join.endOfInput(this.#emit);
  }

  /** What became of the ticks so far. */
  counts(): TickCounts {
    return this.#clean.counts();
  }

  #onBar(bar: CleanBar): void {
    this.#sink.bar(bar);
    const row = this.#features.next(bar, ANY_POSITION)!;
    this.#sink.features(row);
    const joins = this.#joins.get(bar.timeframe);
    if (joins === undefined) return;
    for (const join of joins) join.process(row.symbol, row.timestampUtc, row.logReturn1, this.#emit);
  }

  #rawSeries(symbol: string, timeframe: Timeframe): BarSeries {
    const key = `${timeframe} ${symbol}`;
    let series = this.#rawBars.get(key);
    if (series === undefined) {
      series = new BarSeries(symbol, createGrid(timeframe, this.#settings.bars), this.#settings.bars);
      this.#rawBars.set(key, series);
    }
    return series;
  }
}
