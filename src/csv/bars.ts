import type { RawBar } from '../domain/clean-series.ts';
import { TIMEFRAMES, type Timeframe } from '../domain/timeframe.ts';
import { parseDouble, parseInteger } from './numbers.ts';
import type { OnBytes } from './open.ts';
import { type CsvRow, readRows } from './rows.ts';

const COLUMNS = {
  required: ['symbol', 'timeframe', 'timestamp_utc', 'open', 'high', 'low', 'close'],
  optional: ['volume', 'source_id'],
} as const;

/** A row of a file of raw bars: the bar it holds, or what is wrong with it. */
export interface RawBarRow {
  readonly row: number;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Slot END, UTC epoch ms. */
  readonly timestampUtc: number;
  readonly bar: RawBar;
  readonly problem: string | null;
}

/** Reads raw bars from a CSV file: symbol, timeframe, timestamp_utc (slot END, UTC epoch ms), open, high, low, close, volume, source_id. */
export async function* readRawBars(path: string, onBytes?: OnBytes): AsyncGenerator<RawBarRow[]> {
  for await (const rows of readRows(path, COLUMNS, onBytes)) yield rows.map(toRawBar);
}

function toRawBar({ row, cells }: CsvRow): RawBarRow {
  const [symbol = '', timeframe = '', timestamp = '', open = '', high = '', low = '', close = '', volume = '', sourceId = ''] = cells;
  const bad: string[] = [];
  const timestampUtc = parseInteger(timestamp);
  if (timestampUtc === undefined) bad.push(`timestamp_utc "${timestamp}"`);
  if (!(TIMEFRAMES as readonly string[]).includes(timeframe)) bad.push(`timeframe "${timeframe}"`);
  const double = (name: string, text: string): number => {
    const value = text === '' ? Number.NaN : parseDouble(text);
    if (value === undefined) bad.push(`${name} "${text}"`);
    // A price that is not finite is no price: null, which makes the bar an outlier.
    return value !== undefined && Math.abs(value) < Number.POSITIVE_INFINITY ? value : Number.NaN;
  };
  const bar: RawBar = {
    open: double('open', open),
    high: double('high', high),
    low: double('low', low),
    close: double('close', close),
    volume: double('volume', volume),
    rawSpread: Number.NaN,
    sourceId: sourceId === '' ? 'unknown' : sourceId,
    tickCount: Number.NaN,
  };
  return {
    row,
    symbol,
    timeframe: timeframe as Timeframe,
    timestampUtc: timestampUtc ?? 0,
    bar,
    problem: bad.length === 0 ? null : `does not read: ${bad.join(', ')}`,
  };
}
