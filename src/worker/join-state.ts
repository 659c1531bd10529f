import type { JoinSlot } from '../../topology/topics.ts';
import type { JoinState } from '../codec/generated/records.ts';
import type { JoinChanges, JoinCounters, JoinRow } from '../domain/join-state.ts';
import { fromNullable, nullable } from './nullable.ts';

/** What of a join's state record the join itself knows. */
export type JoinStateBody = Pick<JoinState, 'window' | 'version' | 'rows' | 'last_emitted' | 'behind' | 'row'>;

/** The last part of the key of the record that has the counters and no row: every commit ends with it, so that it seals the rows before it. */
const COUNTERS_PLACE = 'counters';

/** The key of the record that every commit of a join ends with. */
export function joinSealKey({ universe, timeframe }: JoinSlot): string {
  return `${universe.name}/${timeframe}/${COUNTERS_PLACE}`;
}

/** One state record for each changed row, then one with the counters alone; `place` is the last part of its key. */
export function toJoinStates(
  { rows, counters }: JoinChanges,
  lastEmitted: number,
): { place: string; timestampUtc: number; body: JoinStateBody }[] {
  const shared = {
    window: counters.window,
    version: counters.version,
    rows: counters.rows,
    last_emitted: nullable(lastEmitted),
    behind: counters.behind.map(({ symbol, deliveredUpTo }) => ({ symbol, delivered_up_to: deliveredUpTo })),
  };
  const states = rows.map((row) => ({
    place: String(row.index % rowsKept(counters)),
    timestampUtc: row.timestampUtc,
    body: {
      ...shared,
      row: { index: row.index, timestamp_utc: row.timestampUtc, returns: Array.from(row.returns, nullable), version: row.version },
    },
  }));
  return [...states, { place: COUNTERS_PLACE, timestampUtc: rows.at(-1)?.timestampUtc ?? 0, body: { ...shared, row: null } }];
}

/** The saved state of a join, put together. */
export interface SavedJoin {
  readonly rows: readonly JoinRow[];
  readonly counters: JoinCounters;
  readonly positions: JoinState['positions'];
  readonly lastEmitted: number | null;
  /** False where a row that the counters ask for is not there: it was replaced by a commit that was cut short, and compacted away. */
  readonly isWhole: boolean;
}

/** The state that sealed records hold; null where there is none. */
export function savedJoin(records: readonly JoinState[]): SavedJoin | null {
  const sealed = records.find(({ row }) => row === null);
  if (sealed === undefined) return null;
  const rows = records.map(fromJoinRow).filter((row) => row !== null);
  const counters = fromJoinCounters(sealed);
  return { rows, counters, positions: sealed.positions, lastEmitted: sealed.last_emitted, isWhole: hasAllRows(rows, counters) };
}

function hasAllRows(rows: readonly JoinRow[], counters: JoinCounters): boolean {
  const indexes = new Set(rows.map(({ index }) => index));
  for (let index = Math.max(0, counters.rows - rowsKept(counters)); index < counters.rows; index++) {
    if (!indexes.has(index)) return false;
  }
  return true;
}

/** Rows that the state holds: what the running sums of a window are made again from. */
function rowsKept({ window }: JoinCounters): number {
  return 2 * window;
}

function fromJoinCounters(record: JoinState): JoinCounters {
  return {
    window: record.window,
    symbols: record.symbols.length,
    rows: record.rows,
    version: record.version,
    behind: record.behind.map(({ symbol, delivered_up_to }) => ({ symbol, deliveredUpTo: delivered_up_to })),
  };
}

/** Null where the record holds counters alone. */
function fromJoinRow({ row }: JoinState): JoinRow | null {
  if (row === null) return null;
  return {
    index: row.index,
    timestampUtc: row.timestamp_utc,
    version: row.version,
    returns: Float64Array.from(row.returns, fromNullable),
  };
}
