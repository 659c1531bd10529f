import { UserError } from '../errors.ts';

/** What rows are paired by. */
export interface KeyedRow {
  readonly symbol: string;
  readonly timeframe: string;
  /** UTC epoch ms; of one symbol and timeframe each is later than the one before. */
  readonly timestamp_utc: number;
}

/** One of two streams. */
export type Side = 'a' | 'b';

/** Rows so far, of each side. */
export interface SideCounts {
  /** Without a row of the same symbol, timeframe and timestamp on the other side. */
  only: number;
  /** Those of them that are later than all that the other side has of the symbol and timeframe: it may just not be there yet. */
  later: number;
  /** Rows that repeat an earlier one, passed over. */
  repeated: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

interface Waiting<Row> {
  readonly row: Row;
  /** Rows taken in all when it began to wait. */
  readonly since: number;
}

/** The rows of one symbol and timeframe. */
interface Series<Row> {
  /** Timestamp of the newest row. */
  readonly newest: Record<Side, number>;
  /** Rows of one side that the other may have yet, the oldest first. */
  waiting: Waiting<Row>[];
  /** Where in `waiting` those begin that still wait: taking them off the front would move all others. */
  first: number;
  /** Whose they are. */
  side: Side;
  /** Rows of one side that were given up while they waited, and the newest of them. */
  givenUp: { side: Side; count: number; newest: number };
}

/**
 * Pairs the rows of two streams by symbol, timeframe and timestamp, while both are read. Each stream has the rows of a symbol and timeframe in
 * the order of time; how those of different ones lie between each other may differ a little. `behind` says which stream to read next, so that few
 * rows wait; where more than `maxWaiting` do, those that have waited longest are given up: the other side does not have them, or no longer.
 */
export class RowMerge<Row extends KeyedRow> {
  /** Rows on both sides. */
  both = 0;
  readonly a: SideCounts = { only: 0, later: 0, repeated: 0 };
  readonly b: SideCounts = { only: 0, later: 0, repeated: 0 };
  readonly #onPair: (a: Row, b: Row) => void;
  readonly #maxWaiting: number;
  readonly #series = new Map<string, Series<Row>>();
  #taken = 0;
  /** Newest timestamp of each symbol, of all its timeframes. */
  readonly #progress = new Map<string, Record<Side, number>>();
  #behind: Side = 'a';
  /** Rows taken since the last pair: there the two streams were equally far. */
  readonly #lead: Record<Side, number> = { a: 0, b: 0 };
  #waiting = 0;

  constructor(onPair: (a: Row, b: Row) => void, maxWaiting: number) {
    this.#onPair = onPair;
    this.#maxWaiting = maxWaiting;
  }

  /** The side to read next. */
  get behind(): Side {
    return this.#behind;
  }

  /** Takes the next row of a side. Throws UserError where the row it belongs to had to be given up: the streams are too far apart. */
  add(side: Side, row: Row): void {
    this.#taken++;
    this.#lead[side]++;
    this.#pair(side, row);
    this.#behind = this.#behindAfter(side, row);
  }

  #pair(side: Side, row: Row): void {
    const series = this.#of(row);
    const { timestamp_utc: timestamp } = row;
    if (timestamp <= series.newest[side]) {
      this[side].repeated++;
      return;
    }
    const other = opposite(side);
    if (series.givenUp.side === other && timestamp <= series.givenUp.newest) throw tooFarApart(row);
    series.newest[side] = timestamp;
    if (series.side === other) this.#passOver(series, timestamp);
    const match = series.side === other ? series.waiting[series.first]?.row : undefined;
    if (match?.timestamp_utc === timestamp) {
      this.#take(series);
      this.both++;
      this.#lead.a = this.#lead.b = 0;
      this.#onPair(side === 'a' ? row : match, side === 'a' ? match : row);
    } else if (series.newest[other] > timestamp) {
      this[side].only++;
    } else {
      this.#wait(series, side, row);
    }
  }

  /** Both streams have ended: what still waits has no counterpart. Rows of other symbols and timeframes may follow. */
  end(): void {
    for (const { newest, waiting, first, side, givenUp } of this.#series.values()) {
      this[side].only += waiting.length - first;
      this[side].later += waiting.length - first;
      if (newest[opposite(givenUp.side)] < givenUp.newest) this[givenUp.side].later += givenUp.count;
    }
    this.#series.clear();
    this.#progress.clear();
    this.#behind = 'a';
    this.#waiting = this.#taken = this.#lead.a = this.#lead.b = 0;
  }

  /** Within a symbol time tells who is behind; symbols may follow each other from the past on, which says nothing of who is. */
  #behindAfter(side: Side, { symbol, timestamp_utc: timestamp }: Row): Side {
    let progress = this.#progress.get(symbol);
    if (progress === undefined) {
      progress = { a: NEVER, b: NEVER };
      this.#progress.set(symbol, progress);
    }
    progress[side] = Math.max(progress[side], timestamp);
    if (progress.a !== progress.b) return progress.a < progress.b ? 'a' : 'b';
    return this.#lead.a <= this.#lead.b ? 'a' : 'b';
  }

  #of({ symbol, timeframe }: Row): Series<Row> {
    const key = `${symbol}\0${timeframe}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const givenUp: Series<Row>['givenUp'] = { side: 'a', count: 0, newest: NEVER };
      series = { newest: { a: NEVER, b: NEVER }, waiting: [], first: 0, side: 'a', givenUp };
      this.#series.set(key, series);
    }
    return series;
  }

  /** Those that wait for a row that the other side would have had before now. */
  #passOver(series: Series<Row>, timestamp: number): void {
    while ((series.waiting[series.first]?.row.timestamp_utc ?? timestamp) < timestamp) {
      this.#take(series);
      this[series.side].only++;
    }
  }

  #wait(series: Series<Row>, side: Side, row: Row): void {
    series.side = side;
    series.waiting.push({ row, since: this.#taken });
    this.#waiting++;
    if (this.#waiting > this.#maxWaiting) this.#giveUp();
  }

  #take(series: Series<Row>): void {
    series.first++;
    this.#waiting--;
    if (2 * series.first < series.waiting.length) return;
    series.waiting.splice(0, series.first);
    series.first = 0;
  }

  /** Gives up the rows of the series whose oldest has waited longest. */
  #giveUp(): void {
    const sinceOf = ({ waiting, first }: Series<Row>): number => waiting[first]?.since ?? Number.POSITIVE_INFINITY;
    const longest = [...this.#series.values()].reduce((found, series) => (sinceOf(series) < sinceOf(found) ? series : found));
    const { side, givenUp, newest } = longest;
    const count = longest.waiting.length - longest.first;
    // Those that the other side has come past by now are settled.
    const before = givenUp.side === side && newest[opposite(side)] < givenUp.newest ? givenUp.count : 0;
    longest.givenUp = { side, count: count + before, newest: longest.waiting.at(-1)!.row.timestamp_utc };
    longest.waiting = [];
    longest.first = 0;
    this.#waiting -= count;
    this[side].only += count;
  }
}

function opposite(side: Side): Side {
  return side === 'a' ? 'b' : 'a';
}

function tooFarApart({ symbol, timeframe }: KeyedRow): UserError {
  return new UserError(`the two have the rows of ${symbol} ${timeframe} too far apart to be compared in one pass`, {
    hint: 'compare one symbol and timeframe at a time, or a shorter time, with --symbol, --timeframe, --from and --to',
  });
}
