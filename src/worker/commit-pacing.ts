/** When a task's work is committed. */
export interface PacingOptions {
  /** Shortest time from one commit of a task to the next, ms, unless it is full. */
  readonly intervalMs: number;
  /** Outputs of a task that has caught up wait for no interval. */
  readonly areOutputsAtOnce: boolean;
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

/** Positions that nothing came of are committed this many intervals apart: what a crash costs is to read those records once more. */
const POSITION_INTERVALS = 10;

/**
 * When the work of one task is committed. A task that is behind commits once an interval, much at a time. One that has caught up commits an
 * output as soon as it is there, if the last commit lies an interval back (`areOutputsAtOnce`: in any case), and positions alone seldom, so that
 * the interval has mostly passed when an output comes.
 */
export class CommitPacing {
  readonly #options: PacingOptions;
  #lastBegunMs: number;

  /** `nowMs`: the task begins now, as if it had just committed. */
  constructor(options: PacingOptions, nowMs: number) {
    this.#options = options;
    this.#lastBegunMs = nowMs;
  }

  /** A commit has begun. */
  begun(nowMs: number): void {
    this.#lastBegunMs = nowMs;
  }

  /** Whether a commit is due now. */
  isDue(nowMs: number, { hasOutputs, isCaughtUp, isHurried }: PacingState): boolean {
    const { intervalMs, areOutputsAtOnce } = this.#options;
    const passedMs = nowMs - this.#lastBegunMs;
    if (!isCaughtUp || isHurried) return passedMs >= intervalMs;
    if (hasOutputs) return areOutputsAtOnce || passedMs >= intervalMs;
    return passedMs >= POSITION_INTERVALS * intervalMs;
  }
}
