import type { Tick } from '../domain/tick.ts';

/** Ticks as columns in memory: row i of every column is one tick. NaN is null; a column that is left out is null in every row. */
export interface TickColumns {
  /** The symbols that `symbol` numbers, from 0. */
  readonly symbols: readonly string[];
  readonly symbol: Int32Array;
  /** UTC epoch ms. */
  readonly eventTime: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  readonly last?: Float64Array;
  readonly volume?: Float64Array;
  readonly seq?: Float64Array;
  /** The sources that `source` numbers, from 0; where that column is left out, all rows are of the first. */
  readonly sources: readonly string[];
  readonly source?: Int32Array;
}

/** Fills every field of a tick from a row; the key is null. */
export function readRow(columns: TickColumns, row: number, tick: Tick): void {
  tick.symbol = columns.symbols[columns.symbol[row]!]!;
  tick.sourceId = columns.sources[columns.source === undefined ? 0 : columns.source[row]!]!;
  tick.eventTime = columns.eventTime[row]!;
  tick.bid = columns.bid[row]!;
  tick.ask = columns.ask[row]!;
  tick.last = optional(columns.last, row);
  tick.hasLast = !Number.isNaN(tick.last);
  tick.volume = optional(columns.volume, row);
  tick.hasVolume = !Number.isNaN(tick.volume);
  tick.seq = optional(columns.seq, row);
  tick.hasSeq = !Number.isNaN(tick.seq);
}

/** Throws a RangeError where the columns are not of one length, or a row names no symbol or no source. Gives back the number of rows. */
export function checkColumns(columns: TickColumns): number {
  const { symbols, symbol, sources, source } = columns;
  const rows = symbol.length;
  for (const name of ['source', 'eventTime', 'bid', 'ask', 'last', 'volume', 'seq'] as const) {
    const length = columns[name]?.length ?? rows;
    if (length !== rows) throw new RangeError(`column ${name} has ${length} rows, column symbol ${rows}`);
  }
  checkNumbers('symbol', symbol, symbols.length);
  if (source !== undefined) checkNumbers('source', source, sources.length);
  else if (sources.length === 0 && rows > 0) throw new RangeError('no source is named');
  return rows;
}

function optional(column: Float64Array | undefined, row: number): number {
  return column === undefined ? Number.NaN : column[row]!;
}

function checkNumbers(name: string, column: Int32Array, names: number): void {
  for (let row = 0; row < column.length; row++) {
    if (!(column[row]! >= 0 && column[row]! < names)) throw new RangeError(`row ${row} has ${name} ${column[row]}, there are ${names}`);
  }
}
