import { UserError } from '../errors.ts';
import { Correlator, summarise } from './correlation.ts';
import type { JoinRow, WindowCounters } from './join-state.ts';
import type { CorrelationMatrix } from './matrix.ts';
import { PairSums } from './pair-sums.ts';
import { ReturnRows } from './return-rows.ts';
import type { MatrixSettings, Universe } from './settings.ts';
import type { Timeframe } from './timeframe.ts';

/** Receives each matrix, in order of version. */
export type EmitMatrix = (matrix: CorrelationMatrix) => void;

/** Names the symbols that have delivered neither T (UTC epoch ms) nor a later bar, sorted. */
export type MissingAt = (timestampUtc: number) => readonly string[];

/**
 * The rows that have gone out with the matrices made from them: appends the next T, lets late returns correct what was emitted, counts
 * versions, and knows what of all that has to be saved.
 */
export class MatrixWindow {
  readonly #universe: Universe;
  readonly #timeframe: Timeframe;
  readonly #settings: Omit<MatrixSettings, 'universes'>;
  readonly #missingAt: MissingAt;
  readonly #rows: ReturnRows;
  readonly #sums: PairSums;
  readonly #correlator: Correlator;
  readonly #changedRows = new Set<number>();
  #version = 0;

  constructor(universe: Universe, timeframe: Timeframe, settings: Omit<MatrixSettings, 'universes'>, missingAt: MissingAt) {
    this.#universe = universe;
    this.#timeframe = timeframe;
    this.#settings = settings;
    this.#missingAt = missingAt;
    this.#rows = new ReturnRows(universe.symbols.length, settings.window);
    this.#sums = new PairSums(this.#rows, settings.window);
    this.#correlator = new Correlator(this.#sums, settings.minObs);
  }

  /** Newest version made, 0 where none. */
  get version(): number {
    return this.#version;
  }

  /** The newest T, UTC epoch ms; -Infinity where none. */
  get newest(): number {
    return this.#rows.count === 0 ? Number.NEGATIVE_INFINITY : this.#rows.timestamp(this.#rows.count - 1);
  }

  /** Adds the row of the next T (after all others) and returns its matrix. */
  append(timestampUtc: number, returns: Float64Array): CorrelationMatrix {
    const index = this.#rows.count;
    this.#rows.append(timestampUtc, returns);
    this.#sums.advance();
    this.#changedRows.delete(index - this.#rows.capacity);
    return this.#nextMatrix(index);
  }

  /**
   * Takes in a return (NaN = null) for a T up to the newest. It enters the row of its T, or makes one, whatever is emitted: the complete
   * matrices to come must hold it. Emits the corrections asked for; a null corrects nothing. Returns how many matrices it emitted, or
   * null where T is older than the window, which changes nothing.
   */
  late(symbol: number, timestampUtc: number, logReturn: number, emit: EmitMatrix): number | null {
    const index = this.#rows.indexAtOrAfter(timestampUtc);
    const known = this.#rows.timestamp(index) === timestampUtc;
    if (index < this.#rows.count + (known ? 0 : 1) - this.#settings.window) return null;
    if (!known) this.#insert(index, timestampUtc);
    return Number.isNaN(logReturn) ? 0 : this.#correct(symbol, index, logReturn, emit);
  }

  /** Goes on counting from a version emitted earlier; the versions made so far were not sent. */
  continueFrom(version: number): void {
    this.#version = version;
    for (let index = this.#rows.first; index < this.#rows.count; index++) {
      this.#rows.setVersion(index, index === this.#rows.count - 1 ? version : 0);
      this.#changedRows.add(index);
    }
  }

  /** The rows that changed since this was last asked, oldest first, as copies. */
  takeChangedRows(): JoinRow[] {
    const rows = this.#rows;
    const indexes = [...this.#changedRows].filter((index) => index >= rows.first).sort((a, b) => a - b);
    this.#changedRows.clear();
    return indexes.map((index) => {
      const returns = new Float64Array(rows.symbols);
      rows.copyRow(index, returns);
      return { index, timestampUtc: rows.timestamp(index), version: rows.version(index), returns };
    });
  }

  /** What must be saved besides rows. */
  counters(): WindowCounters {
    const { window, symbols } = this.#sums;
    return { window, symbols, rows: this.#rows.count, version: this.#version };
  }

  /** Takes over saved rows (in any order, older ones are passed over) and counters. Throws a UserError where they do not fit. */
  restore(rows: Iterable<JoinRow>, counters: WindowCounters): void {
    const { window, symbols } = this.#sums;
    if (counters.window !== window || counters.symbols !== symbols) {
      throw this.#unfit(`is of ${counters.symbols} symbols and a window of ${counters.window}, not ${symbols} and ${window}`);
    }
    this.#rows.restoreCount(counters.rows);
    const absent = new Set<number>();
    for (let index = this.#rows.first; index < counters.rows; index++) absent.add(index);
    for (const row of rows) {
      if (!absent.delete(row.index)) continue;
      if (row.returns.length !== symbols) throw this.#unfit(`has ${row.returns.length} returns in row ${row.index}, not ${symbols}`);
      this.#rows.restoreRow(row.index, row.timestampUtc, row.returns, row.version);
    }
    for (const index of absent) throw this.#unfit(`lacks row ${index} of ${counters.rows}`);
    this.#version = counters.version;
    this.#sums.rebuild();
  }

  #unfit(what: string): UserError {
    return new UserError(`The saved state of the join ${this.#universe.name}/${this.#timeframe} ${what}.`, {
      hint: 'Rebuild it from its input, or reset the pipeline for a full replay.',
    });
  }

  #insert(index: number, timestampUtc: number): void {
    this.#rows.insert(index, timestampUtc);
    this.#sums.rebuild();
    for (let moved = index; moved < this.#rows.count; moved++) this.#changedRows.add(moved);
  }

  #correct(symbol: number, index: number, logReturn: number, emit: EmitMatrix): number {
    const { corrections } = this.#settings;
    this.#rows.setValue(symbol, index, logReturn);
    this.#changedRows.add(index);
    if (corrections === 'all') return this.#correctFrom(index, emit);
    this.#sums.revise(symbol, index);
    if (corrections === 'none') return 0;
    emit(this.#nextMatrix(this.#rows.count - 1));
    return 1;
  }

  /** Emits row `index` and every later one again. */
  #correctFrom(index: number, emit: EmitMatrix): number {
    this.#sums.visit(index + 1);
    emit(this.#nextMatrix(index));
    for (let next = index + 1; next < this.#rows.count; next++) {
      this.#sums.advance();
      emit(this.#nextMatrix(next));
    }
    this.#sums.rebuild();
    return this.#rows.count - index;
  }

  /** The matrix over the window of the sums, which ends with row `index`, under the next version. */
  #nextMatrix(index: number): CorrelationMatrix {
    const { symbols } = this.#universe;
    const version = ++this.#version;
    const supersedes = this.#rows.version(index);
    this.#rows.setVersion(index, version);
    this.#changedRows.add(index);
    const windowEnd = this.#rows.timestamp(index);
    const { rho, nObs, std } = this.#correlator.correlate();
    const { meanAbsRho, maxAbsRho, dispersion, strong } = summarise(rho, symbols.length);
    const missing = this.#missingAt(windowEnd);
    return {
      universe: this.#universe.name,
      timeframe: this.#timeframe,
      version,
      supersedes: supersedes === 0 ? null : supersedes,
      windowStart: this.#rows.timestamp(this.#sums.windowFirst),
      windowEnd,
      window: this.#settings.window,
      symbols,
      rho,
      nObs,
      std,
      completeness: missing.length === 0 ? 'complete' : 'partial',
      missing,
      meanAbsRho,
      maxAbsRho,
      dispersion,
      strongPairs: strong.map((pair) => ({ a: symbols[pair.a]!, b: symbols[pair.b]!, rho: pair.rho })),
    };
  }
}
