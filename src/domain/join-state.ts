/** One saved row of a join: a T of the ring with its returns. Rows are keyed by `index` modulo twice the window. */
export interface JoinRow {
  /** Number of the row since the beginning, 0 for the first T. */
  readonly index: number;
  /** T, a slot END, UTC epoch ms. */
  readonly timestampUtc: number;
  /** Newest version emitted for T; 0 where T itself was never emitted. */
  readonly version: number;
  /** Log return of each symbol, NaN = null. */
  readonly returns: Float64Array;
}

/** A symbol that had not delivered the newest emitted T (nor a later one). */
export interface BehindSymbol {
  readonly symbol: number;
  /** The newest bar it had delivered, UTC epoch ms; null where none. */
  readonly deliveredUpTo: number | null;
}

/** What the window of a join must remember besides its rows. Its running sums follow from the rows, to the bit. */
export interface WindowCounters {
  /** Configured window and number of symbols: a state serves only the join it was saved by. */
  readonly window: number;
  readonly symbols: number;
  /** Rows there have been: the state holds the newest 2 x window of them. */
  readonly rows: number;
  /** Newest version emitted, 0 where none. */
  readonly version: number;
}

/** All that a join must remember besides its rows. Pending rows are not in it: they are read again from the log. */
export interface JoinCounters extends WindowCounters {
  /** Empty where the newest emitted T was, or has become, complete. */
  readonly behind: readonly BehindSymbol[];
}

/** What has changed since changes were last taken. */
export interface JoinChanges {
  readonly rows: readonly JoinRow[];
  readonly counters: JoinCounters;
}

/** What a join has met besides plain emissions; counts since it was made. */
export interface JoinStatistics {
  /** Records of a symbol not after its last one: a pending T took the new value, an emitted one ignored it. */
  repeats: number;
  /** Records for a T that had been emitted, or passed over, without them. */
  late: number;
  /** Of those: older than the window, so without effect. */
  tooOld: number;
  /** Matrices emitted because of late records. */
  corrections: number;
  /** Matrices emitted as partial in their turn. */
  partials: number;
}
