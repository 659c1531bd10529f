import type { DataFrame } from 'danfojs-node';
import { UserError } from '../errors.ts';
import { columnIndex, makeFrame, numberColumn, rowsOf } from './frame.ts';

export interface PivotOptions {
  /** Columns of the result, in this order; one without a row is NaN throughout. Default: the symbols there are, sorted. */
  readonly symbols?: readonly string[];
  /** Needed where the frame holds several timeframes. */
  readonly timeframe?: string;
  /** NaN where valid_bar is false: what tier 1 and the matrices see of a bar. Default false. */
  readonly validOnly?: boolean;
}

/**
 * One column of a frame of bars or tier-1 rows as time × symbols: a row for every time at which one of the symbols has a bar, labelled with
 * it (UTC epoch ms, ascending), a column a symbol, NaN where that symbol has no value there. Values meet by event time, never by their
 * place in the list. Flags become 1 and 0; of two rows of one symbol and time the later counts.
 *
 * @throws UserError where a column is absent or holds text, or the frame holds several timeframes and none is named.
 */
export function pivot(frame: DataFrame, column: string, options: PivotOptions = {}): DataFrame {
  const [time, symbol] = [columnIndex(frame, 'timestamp_utc'), columnIndex(frame, 'symbol')];
  const value = numberColumn(frame, column);
  const valid = options.validOnly === true ? columnIndex(frame, 'valid_bar') : null;
  const rows = rowsOfTimeframe(frame, options.timeframe);
  const symbols = options.symbols ?? [...new Set(rows.map((row) => row[symbol] as string))].sort();
  const places = new Map(symbols.map((name, at) => [name, at]));
  const byTime = new Map<number, number[]>();
  for (const row of rows) {
    const place = places.get(row[symbol] as string);
    if (place === undefined) continue;
    const at = row[time] as number;
    const values = byTime.get(at) ?? symbols.map(() => Number.NaN);
    byTime.set(at, values);
    values[place] = valid === null || row[valid] === true ? value(row) : Number.NaN;
  }
  const times = [...byTime.keys()].sort((a, b) => a - b);
  return makeFrame(
    symbols.map((name) => ({ name, kind: 'number' })),
    times.map((at) => byTime.get(at)!),
    times,
  );
}

function rowsOfTimeframe(frame: DataFrame, wanted: string | undefined): ReturnType<typeof rowsOf> {
  const at = columnIndex(frame, 'timeframe');
  const rows = rowsOf(frame);
  if (wanted !== undefined) return rows.filter((row) => row[at] === wanted);
  const found = new Set(rows.map((row) => row[at]));
  if (found.size > 1) throw new UserError(`the frame holds bars of ${[...found].join(', ')}`, { hint: 'name one of them as `timeframe`' });
  return rows;
}
