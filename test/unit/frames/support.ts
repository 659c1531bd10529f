import { type Cell, toCell, topicColumns } from '../../../src/frames/columns.ts';
import { correlate } from '../../../src/frames/correlate.ts';
import { type DataFrame, makeFrame } from '../../../src/frames/frame.ts';
import { matrixFrame, type Triangle } from '../../../src/frames/matrix-frame.ts';
import { pivot } from '../../../src/frames/pivot.ts';
import { agrees } from '../../property/correlation-reference.ts';

/** A row of tier 1: its symbol, time and log return, and whether its bar is valid (default true). */
export type Tier1Row = readonly [symbol: string, time: number, logReturn: number, isValid?: boolean];

/** Rows as a frame of tier-1 rows, in the order given; every other number is null. */
export function tier1Frame(rows: readonly Tier1Row[]): DataFrame {
  const columns = topicColumns('features-tier1');
  return makeFrame(
    columns,
    rows.map(([symbol, time, logReturn, isValid = true]): Cell[] => {
      const record: Record<string, Cell> = {
        symbol,
        timeframe: '1m',
        timestamp_utc: time,
        feature_version: '0123456789012345',
        valid_bar: isValid,
        ml_ready: false,
        log_return_1: logReturn,
      };
      return columns.map(({ name, kind }) => toCell(record[name], kind));
    }),
  );
}

/** A matrix as it was streamed, of a topic or of a replay. */
export interface StreamedMatrix extends Triangle {
  readonly timeframe: string;
  readonly version: number;
  readonly window: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly nObs: ArrayLike<number>;
}

/** What holding matrices against a frame's own columns came to. */
export interface Parity {
  /** Cells that hold a correlation, in both. */
  readonly correlations: number;
  /** Cells or windows that differ by more than the tolerance of spec section 6, in words. */
  readonly differences: readonly string[];
}

/** Correlates the returns of a frame of tier-1 rows over the window of every matrix, and compares. */
export function parityOf(tier1: DataFrame, matrices: readonly StreamedMatrix[], minObs: number): Parity {
  const returns = new Map<string, DataFrame>();
  const differences: string[] = [];
  let correlations = 0;
  for (const matrix of matrices) {
    const { symbols, timeframe, version, window } = matrix;
    const stream = `${timeframe} ${symbols.join()}`;
    if (!returns.has(stream)) returns.set(stream, pivot(tier1, 'log_return_1', { symbols, timeframe }));
    const own = correlate(returns.get(stream)!, { window, minObs, end: matrix.windowEnd });
    const compare = (what: string, ours: number, theirs: number): void => {
      if (!agrees(ours, theirs)) differences.push(`${stream} version ${version}: ${what} is ${ours}, streamed ${theirs}`);
    };
    compare('window_start', own.windowStart, matrix.windowStart);
    compare('window_end', own.windowEnd, matrix.windowEnd);
    const [rho, nObs] = [matrixFrame(matrix), matrixFrame({ symbols, rho: matrix.nObs })].map((frame) => frame.values.flat() as number[]);
    (own.nObs.values.flat() as number[]).forEach((count, cell) => {
      compare(`n_obs ${cell}`, count, nObs![cell]!);
    });
    (own.rho.values.flat() as number[]).forEach((value, cell) => {
      compare(`rho ${cell}`, value, rho![cell]!);
      if (!Number.isNaN(value)) correlations++;
    });
  }
  return { correlations, differences };
}
