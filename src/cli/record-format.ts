import type { ConsumableTopic } from '../clients/feature-consumer.ts';
import { quoted } from '../csv/quoted.ts';
import { isoSecond, NO_VALUE, printable } from './cells.ts';
import type { ConsumeFormat } from './consume.ts';

/** Columns of a table: those that tell most, by topic. The other formats print every field. */
const TABLE_COLUMNS: Readonly<Record<ConsumableTopic, readonly string[]>> = {
  ticks: ['event_time', 'symbol', 'bid', 'ask', 'volume', 'seq', 'source_id'],
  'clean-ohlcv': ['timestamp_utc', 'symbol', 'timeframe', 'open', 'high', 'low', 'close', 'volume', 'log_return_1', 'valid_bar'],
  'features-tier1': [
    'timestamp_utc',
    'symbol',
    'timeframe',
    'ml_ready',
    'rolling_return_12',
    'vol_12',
    'atr_normalized',
    'momentum_score',
    'efficiency_ratio',
  ],
  'features-tier2': ['window_end', 'universe', 'timeframe', 'version', 'completeness', 'mean_abs_rho', 'max_abs_rho', 'dispersion'],
  'dead-letters': ['timestamp', 'reason', 'position', 'symbol', 'message'],
};
const TIMES: ReadonlySet<string> = new Set(['event_time', 'timestamp_utc', 'window_start', 'window_end', 'timestamp']);
const SIGNIFICANT_DIGITS = 7;
const TIME_WIDTH = 20;
const CELL_WIDTH = 13;
/** Of columns that hold names; a name that is longer is shown all the same. */
const NAME_WIDTHS: Readonly<Record<string, number>> = { symbol: 10, timeframe: 10, universe: 10, reason: 15, position: 24, message: 40 };

/** Turns the records of a topic into lines. */
export interface RecordFormat {
  /** Printed first, where there is one. */
  readonly header: string | null;
  line(value: Readonly<Record<string, unknown>>): string;
}

/**
 * The format asked for. `fields` are those of the topic's schema, in order. A table keeps to `width` columns of a terminal: what comes last
 * is cut, and left out where nothing of it fits.
 */
export function recordFormat(
  topic: ConsumableTopic,
  format: ConsumeFormat,
  fields: readonly string[],
  width = Number.POSITIVE_INFINITY,
): RecordFormat {
  if (format === 'jsonl') return { header: null, line: (value) => JSON.stringify(value, asJson) };
  if (format === 'csv') return { header: fields.join(','), line: (value) => fields.map((name) => csvCell(value[name])).join(',') };
  const columns = TABLE_COLUMNS[topic];
  const joined = (cells: readonly string[]): string => cells.join(' ').slice(0, width).trimEnd();
  return {
    header: joined(columns.map((name) => name.slice(0, widthOf(name)).padEnd(widthOf(name)))),
    line: (value) => joined(columns.map((name) => tableCell(name, name === 'position' ? positionOf(value) : value[name]))),
  };
}

function widthOf(name: string): number {
  return TIMES.has(name) ? TIME_WIDTH : (NAME_WIDTHS[name] ?? CELL_WIDTH);
}

function tableCell(name: string, value: unknown): string {
  const width = widthOf(name);
  if (value === null || value === undefined) return NO_VALUE.padEnd(width);
  if (TIMES.has(name)) return isoSecond(value as number).padEnd(width);
  if (typeof value === 'number') return String(Number(value.toPrecision(SIGNIFICANT_DIGITS))).padEnd(width);
  return printable(String(value)).padEnd(width);
}

/** Where a refused record lies, as kafka tools write it. */
function positionOf({ topic, partition, offset }: Readonly<Record<string, unknown>>): string {
  return `${topic}-${partition}@${offset}`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return quoted(typeof value === 'object' ? JSON.stringify(value, asJson) : String(value));
}

/** Bytes as base64: what Buffer's own toJSON makes of them is a list of numbers. */
function asJson(_name: string, value: unknown): unknown {
  const isBytes = typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'Buffer';
  return isBytes ? Buffer.from((value as { data: number[] }).data).toString('base64') : value;
}
