import type { Settings } from '../../topology/settings.ts';

/**
 * What becomes of the outputs of a task that has caught up: they wait for the interval (`paced`), each is committed at once (`committed`), or written
 * at once and committed after the interval, with the state and the position they belong to (`ahead`).
 */
export type OutputPacing = 'paced' | 'committed' | 'ahead';

/** When a task's work is committed. */
export interface PacingOptions {
  /** Shortest time from one commit of a task to the next, ms, unless it is full. */
  readonly intervalMs: number;
  readonly outputs: OutputPacing;
}

/** How a task stands when it is asked whether a commit is due. */
export interface PacingState {
  /** Outputs wait, not positions alone. */
  readonly hasOutputs: boolean;
  /** The task has worked off all that its partition holds. */
  readonly isCaughtUp: boolean;
  /** Somebody waits for the group's position. */
  readonly isHurried: boolean;
}

/**
 * Positions that nothing came of are committed this many intervals apart, 3 s by default: what a crash costs is to read those records once more. After
 * ten intervals, one second, they would meet every bar of a one-second timeframe, and an output waits for the transaction that is under way.
 */
const POSITION_INTERVALS = 30;

/** Where outputs may be read before they are committed, none waits for a commit. */
export function outputPacing({ guarantee, commitOnBar }: Pick<Settings['runtime'], 'guarantee' | 'commitOnBar'>): OutputPacing {
  if (guarantee === 'at_least_once') return 'ahead';
  return commitOnBar ? 'committed' : 'paced';
}

/**
 * When the work of one task is committed. A task that is behind commits once an interval, much at a time. One that has caught up lets go of an output
 * as soon as it is there, if the last commit lies an interval back or outputs wait for none; positions alone are committed seldom, so that
 * the interval has mostly passed when an output comes.
 */
export class CommitPacing {
  readonly #options: PacingOptions;
  #lastBegunMs: number;
  /** Since when outputs are written that are not committed; null where there are none. */
  #aheadSinceMs: number | null = null;

  /** `nowMs`: the task begins now, as if it had just committed. */
  constructor(options: PacingOptions, nowMs: number) {
    this.#options = options;
    this.#lastBegunMs = nowMs;
  }

  /** A commit has begun. */
  begun(nowMs: number): void {
    this.#lastBegunMs = nowMs;
    this.#aheadSinceMs = null;
  }

  /** Outputs are being written ahead of their commit. */
  wroteAhead(nowMs: number): void {
    this.#aheadSinceMs ??= nowMs;
  }

  /** What is due now: a commit, the writing of outputs ahead of one, or nothing. */
  due(nowMs: number, { hasOutputs, isCaughtUp, isHurried }: PacingState): 'commit' | 'outputs' | null {
    const { intervalMs, outputs } = this.#options;
    const isPast = (sinceMs: number, intervals = 1): boolean => nowMs - sinceMs >= intervals * intervalMs;
    if (this.#aheadSinceMs !== null && isPast(this.#aheadSinceMs)) return 'commit';
    if (!isCaughtUp || isHurried) return isPast(this.#lastBegunMs) ? 'commit' : null;
    if (hasOutputs && outputs === 'ahead') return 'outputs';
    if (hasOutputs && outputs === 'committed') return 'commit';
    // Positions have time, and with outputs written ahead they come after the interval anyway.
    if (this.#aheadSinceMs !== null) return null;
    return isPast(this.#lastBegunMs, hasOutputs ? 1 : POSITION_INTERVALS) ? 'commit' : null;
  }
}
