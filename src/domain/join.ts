import type { BehindSymbol, JoinChanges, JoinCounters, JoinRow, JoinStatistics } from './join-state.ts';
import { type EmitMatrix, MatrixWindow } from './matrix-window.ts';
import { PendingRows } from './pending-rows.ts';
import type { MatrixSettings, Universe } from './settings.ts';
import type { Timeframe } from './timeframe.ts';

/** Numbers the slots of the join's timeframe, on the calendar or not. */
export interface SlotNumbers {
  /** Number of the slot that ENDS at a bar's timestamp (UTC epoch ms). */
  slotOfEnd(timestampUtc: number): number;
}

/** What keeps the oldest pending T from going out. */
export interface Blocked {
  readonly timestampUtc: number;
  /** Symbols, by index, that delivered neither T nor later and are not known to be worked off up to T. */
  readonly symbols: readonly number[];
  /**
   * The newest pending T that some symbol is already `join_grace` slots past, so that it is worth finding out whether the silent symbols
   * are worked off up to it; null where even the oldest is not.
   */
  readonly graceReachedUpTo: number | null;
}

interface Delivery {
  readonly symbol: number;
  readonly timestampUtc: number;
  readonly logReturn: number;
}

const NO_SYMBOLS: readonly string[] = [];
const ALWAYS = (): boolean => true;

/**
 * The join of one universe and timeframe (spec section 5): aligns the log returns of its symbols by time and emits a correlation matrix
 * for every T, in order. A state machine without clock or I/O: deliver records, then poll. What goes out as complete depends on the
 * records alone, not on how the symbols' records interleave.
 *
 * Symbols are named by their index in the universe.
 */
export class Join {
  readonly universe: Universe;
  readonly timeframe: Timeframe;
  readonly statistics: JoinStatistics = { repeats: 0, late: 0, tooOld: 0, corrections: 0, partials: 0 };
  readonly #joinGrace: number;
  readonly #slots: SlotNumbers;
  readonly #window: MatrixWindow;
  readonly #pending: PendingRows;
  readonly #lastDelivered: Float64Array;
  readonly #workedOff: Float64Array;
  /** Deliveries from a late one on: they are worked off in the order they came when the join is next polled. */
  readonly #queue: Delivery[] = [];
  #changed = false;
  #newestDelivered = Number.NEGATIVE_INFINITY;
  /** A symbol that lately held the oldest T back: asked first. */
  #blocker = 0;

  constructor(universe: Universe, timeframe: Timeframe, settings: Omit<MatrixSettings, 'universes'>, slots: SlotNumbers) {
    const count = universe.symbols.length;
    this.universe = universe;
    this.timeframe = timeframe;
    this.#joinGrace = settings.joinGrace;
    this.#slots = slots;
    this.#window = new MatrixWindow(universe, timeframe, settings, (timestampUtc) => this.#missingAt(timestampUtc));
    this.#pending = new PendingRows(count);
    this.#lastDelivered = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#workedOff = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  /** Newest version emitted, 0 where none. */
  get version(): number {
    return this.#window.version;
  }

  /** The newest T that went out, UTC epoch ms; -Infinity where none. */
  get newestEmitted(): number {
    return this.#window.newest;
  }

  /** T's that wait for slower symbols. */
  get pendingRows(): number {
    return this.#pending.size;
  }

  /** The oldest T that waits, UTC epoch ms; null where none. */
  get oldestPendingTimestamp(): number | null {
    return this.#pending.oldest?.timestampUtc ?? null;
  }

  /** The newest bar a symbol has delivered, UTC epoch ms; -Infinity where none. */
  lastDelivered(symbol: number): number {
    return this.#lastDelivered[symbol]!;
  }

  /**
   * Takes in a tier-1 record: the bar's timestamp (slot END, UTC epoch ms) and its log return (NaN = null). The records of one symbol come
   * in order of time, but for repeats. Nothing goes out before the next poll.
   */
  deliver(symbol: number, timestampUtc: number, logReturn: number): void {
    if (this.#queue.length > 0 || timestampUtc <= this.newestEmitted) this.#queue.push({ symbol, timestampUtc, logReturn });
    else this.#accept(symbol, timestampUtc, logReturn);
  }

  /** Notes that the log holds nothing more of a symbol for any T up to `upToTimestamp`. */
  workedOff(symbol: number, upToTimestamp: number): void {
    this.#workedOff[symbol] = Math.max(this.#workedOff[symbol]!, upToTimestamp);
  }

  /**
   * Emits the corrections that late records ask for and every T that can go out now, but no further T where there is no room for one: poll
   * again then. If `emit` throws, the join must be given up.
   */
  poll(emit: EmitMatrix, hasRoom: () => boolean = ALWAYS): void {
    this.#work(emit, false, hasRoom);
  }

  /** As `poll` where the input has ended: every symbol is worked off. A T that no symbol is `join_grace` slots past may stay held. */
  endOfInput(emit: EmitMatrix): void {
    this.#work(emit, true, ALWAYS);
  }

  /** What keeps the oldest pending T from going out: symbols not known to be worked off, or the grace; null where nothing is pending. */
  silentSymbols(): Blocked | null {
    const oldest = this.#pending.oldest;
    if (oldest === undefined) return null;
    const symbols: number[] = [];
    for (let symbol = 0; symbol < this.#lastDelivered.length; symbol++) if (this.#blocks(symbol, oldest.timestampUtc)) symbols.push(symbol);
    return { timestampUtc: oldest.timestampUtc, symbols, graceReachedUpTo: this.#newestPastGrace() };
  }

  /** True where `takeChanges` would give something. */
  get hasChanges(): boolean {
    return this.#changed;
  }

  /** The rows and counters that changed since this was last asked; null where nothing did. Belongs in the changelog. */
  takeChanges(): JoinChanges | null {
    if (!this.#changed) return null;
    this.#changed = false;
    return { rows: this.#window.takeChangedRows(), counters: { ...this.#window.counters(), behind: this.#behind() } };
  }

  /**
   * Takes over a saved state, in a join that has delivered nothing yet; it goes on with the same bits. Rows may come in any order, rows
   * that have left the ring are passed over. Throws a UserError where the state is of another shape or lacks a row.
   */
  restore(rows: Iterable<JoinRow>, counters: JoinCounters): void {
    this.#window.restore(rows, counters);
    this.#newestDelivered = this.newestEmitted;
    this.#lastDelivered.fill(this.newestEmitted);
    for (const { symbol, deliveredUpTo } of counters.behind) this.#lastDelivered[symbol] = deliveredUpTo ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * Goes on counting from a version emitted earlier, for a join rebuilt from its input whose matrices were held back meanwhile: that
   * version was the newest T's.
   */
  continueFrom(version: number): void {
    this.#window.continueFrom(version);
    this.#changed = true;
  }

  #work(emit: EmitMatrix, inputEnded: boolean, hasRoom: () => boolean): void {
    this.#emitReady(emit, inputEnded, hasRoom);
    for (const { symbol, timestampUtc, logReturn } of this.#queue) {
      if (timestampUtc > this.newestEmitted) this.#accept(symbol, timestampUtc, logReturn);
      else if (timestampUtc <= this.#lastDelivered[symbol]!) this.statistics.repeats++;
      else this.#late(symbol, timestampUtc, logReturn, emit);
      this.#emitReady(emit, inputEnded, hasRoom);
    }
    this.#queue.length = 0;
  }

  /** A record for a T that has not been emitted. */
  #accept(symbol: number, timestampUtc: number, logReturn: number): void {
    if (timestampUtc <= this.#lastDelivered[symbol]!) this.statistics.repeats++;
    else this.#lastDelivered[symbol] = timestampUtc;
    if (timestampUtc > this.#newestDelivered) this.#newestDelivered = timestampUtc;
    this.#pending.set(symbol, timestampUtc, logReturn);
  }

  #emitReady(emit: EmitMatrix, inputEnded: boolean, hasRoom: () => boolean): void {
    for (let row = this.#pending.oldest; row !== undefined; row = this.#pending.oldest) {
      if (!hasRoom() || !this.#mayGo(row.timestampUtc, inputEnded)) return;
      const matrix = this.#window.append(row.timestampUtc, row.returns);
      this.#pending.dropOldest();
      this.#changed = true;
      if (matrix.completeness === 'partial') this.statistics.partials++;
      emit(matrix);
    }
  }

  /** Whether T is complete, or may go out as partial: the symbols that lack are worked off and some symbol is past the grace. */
  #mayGo(timestampUtc: number, inputEnded: boolean): boolean {
    if (!inputEnded && this.#blocks(this.#blocker, timestampUtc)) return false;
    let behind = false;
    for (let symbol = 0; symbol < this.#lastDelivered.length; symbol++) {
      if (this.#lastDelivered[symbol]! >= timestampUtc) continue;
      behind = true;
      if (inputEnded || !this.#blocks(symbol, timestampUtc)) continue;
      this.#blocker = symbol;
      return false;
    }
    return !behind || this.#graceReached(timestampUtc);
  }

  /** The newest pending T that some symbol is `join_grace` slots past; null where none is. */
  #newestPastGrace(): number | null {
    let low = 0;
    let high = this.#pending.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#graceReached(this.#pending.timestampAt(middle))) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : this.#pending.timestampAt(low - 1);
  }

  #blocks(symbol: number, timestampUtc: number): boolean {
    return this.#lastDelivered[symbol]! < timestampUtc && this.#workedOff[symbol]! < timestampUtc;
  }

  #graceReached(timestampUtc: number): boolean {
    return this.#slots.slotOfEnd(this.#newestDelivered) - this.#slots.slotOfEnd(timestampUtc) >= this.#joinGrace;
  }

  /** A record for a T that has gone out without it, or was passed over because no symbol had a bar there. */
  #late(symbol: number, timestampUtc: number, logReturn: number, emit: EmitMatrix): void {
    this.#lastDelivered[symbol] = timestampUtc;
    this.#changed = true;
    this.statistics.late++;
    const corrections = this.#window.late(symbol, timestampUtc, logReturn, emit);
    if (corrections === null) this.statistics.tooOld++;
    else this.statistics.corrections += corrections;
  }

  #behind(): BehindSymbol[] {
    const behind: BehindSymbol[] = [];
    this.#lastDelivered.forEach((delivered, symbol) => {
      if (delivered < this.newestEmitted) behind.push({ symbol, deliveredUpTo: delivered === Number.NEGATIVE_INFINITY ? null : delivered });
    });
    return behind;
  }

  #missingAt(timestampUtc: number): readonly string[] {
    if (this.#lastDelivered.every((delivered) => delivered >= timestampUtc)) return NO_SYMBOLS;
    return this.universe.symbols.filter((_, symbol) => this.#lastDelivered[symbol]! < timestampUtc);
  }
}
