import type { DataFrame } from 'danfojs-node';
import { ZERO_STD } from '../domain/correlation.ts';
import { UserError } from '../errors.ts';
import { rowsOf } from './frame.ts';
import { squareFrame } from './matrix-frame.ts';

export interface CorrelationWindow {
  /** Timestamps in the window. */
  readonly window: number;
  /** Shared returns below which a pair has no correlation. */
  readonly minObs: number;
  /** Last time of the window, UTC epoch ms; default the frame's last. */
  readonly end?: number;
}

/** Correlations over one window of a frame. */
export interface FrameCorrelations {
  /** Square, symmetric, labelled with the columns' names; NaN where there is no number. */
  readonly rho: DataFrame;
  /** Shared values of each pair, laid out like rho. */
  readonly nObs: DataFrame;
  /** First and last time in the window, UTC epoch ms. */
  readonly windowStart: number;
  readonly windowEnd: number;
}

/**
 * Pearson correlations of the columns of a pivoted frame over the last `window` rows up to `end`, by the rules of the streamed matrices: a
 * pair uses the rows in which both values are there, for its means and variances too, and is NaN below `minObs` of them or where a variance
 * is 0. In doubles and two passes over the window: an account of its own, to hold the streamed numbers against.
 *
 * @throws UserError where the frame's index is not ascending times (see `pivot`), or no row is left.
 */
export function correlate(frame: DataFrame, { window, minObs, end = Number.POSITIVE_INFINITY }: CorrelationWindow): FrameCorrelations {
  const times = ascendingTimes(frame);
  const until = times.filter((time) => time <= end).length;
  const start = Math.max(0, until - window);
  if (start === until) throw new UserError('no row of the frame is in the window');
  const rows = rowsOf(frame).slice(start, until) as number[][];
  const columns = frame.columns.map((_, at) => rows.map((row) => row[at]!));
  const rho: number[] = [];
  const nObs: number[] = [];
  columns.forEach((x, a) => {
    for (const [step, y] of columns.slice(a).entries()) {
      const shared = rows.flatMap((_, at) => (Number.isNaN(x[at]!) || Number.isNaN(y[at]!) ? [] : [at]));
      nObs.push(shared.length);
      const pair = pearson(
        shared.map((at) => x[at]!),
        shared.map((at) => y[at]!),
        minObs,
      );
      rho.push(step === 0 && !Number.isNaN(pair) ? 1 : pair);
    }
  });
  return {
    rho: squareFrame(frame.columns, rho),
    nObs: squareFrame(frame.columns, nObs),
    windowStart: times[start]!,
    windowEnd: times[until - 1]!,
  };
}

function ascendingTimes(frame: DataFrame): number[] {
  const times = frame.index as number[];
  if (times.some((time, at) => typeof time !== 'number' || (at > 0 && !(time > times[at - 1]!)))) {
    throw new UserError('the index of the frame is not ascending times', { hint: 'pivot a frame of bars or tier-1 rows first' });
  }
  return times;
}

/** NaN where there are too few values, or one side does not vary. */
function pearson(x: readonly number[], y: readonly number[], minObs: number): number {
  const count = x.length;
  if (count < Math.max(2, minObs)) return Number.NaN;
  const [meanX, meanY] = [mean(x), mean(y)];
  let squaresX = 0;
  let squaresY = 0;
  let products = 0;
  for (let at = 0; at < count; at++) {
    const [dx, dy] = [x[at]! - meanX, y[at]! - meanY];
    squaresX += dx * dx;
    squaresY += dy * dy;
    products += dx * dy;
  }
  if (isZero(squaresX, count) || isZero(squaresY, count)) return Number.NaN;
  return Math.max(-1, Math.min(1, products / (Math.sqrt(squaresX) * Math.sqrt(squaresY))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether a centred sum of squares counts as no variance at all (the zero rule of the domain). */
function isZero(squares: number, count: number): boolean {
  return Math.sqrt(squares / (count - 1)) <= ZERO_STD;
}
