import type { JoinState } from '../codec/generated/records.ts';
import type { JoinChanges, JoinCounters, JoinRow } from '../domain/join-state.ts';
import { fromNullable, nullable } from './nullable.ts';

/** What of a join's state record the join itself knows. */
export type JoinStateBody = Pick<JoinState, 'window' | 'version' | 'rows' | 'last_emitted' | 'behind' | 'row'>;

/** One state record for each changed row, the counters in every one; a lone record without a row where only counters changed. */
export function toJoinStates({ rows, counters }: JoinChanges, lastEmitted: number): { row: JoinRow | null; body: JoinStateBody }[] {
  const shared = {
    window: counters.window,
    version: counters.version,
    rows: counters.rows,
    last_emitted: nullable(lastEmitted),
    behind: counters.behind.map(({ symbol, deliveredUpTo }) => ({ symbol, delivered_up_to: deliveredUpTo })),
  };
  if (rows.length === 0) return [{ row: null, body: { ...shared, row: null } }];
  return rows.map((row) => ({
    row,
    body: {
      ...shared,
      row: { index: row.index, timestamp_utc: row.timestampUtc, returns: Array.from(row.returns, nullable), version: row.version },
    },
  }));
}

/** The counters that a state record holds. */
export function fromJoinCounters(record: JoinState): JoinCounters {
  return {
    window: record.window,
    symbols: record.symbols.length,
    rows: record.rows,
    version: record.version,
    behind: record.behind.map(({ symbol, delivered_up_to }) => ({ symbol, deliveredUpTo: delivered_up_to })),
  };
}

/** The row that a state record holds, null where it holds counters alone. */
export function fromJoinRow({ row }: JoinState): JoinRow | null {
  if (row === null) return null;
  return {
    index: row.index,
    timestampUtc: row.timestamp_utc,
    version: row.version,
    returns: Float64Array.from(row.returns, fromNullable),
  };
}
