import type { RegistryWait } from '../codec/registry-outages.ts';

/** What a worker is doing, at one moment. */
export interface WorkerStats {
  /** Tasks owned, and those of them at work (the others fence, restore, or wait to start again). */
  readonly tasks: number;
  readonly running: number;
  /** Tasks owned that a halt stops from emitting. */
  readonly halted: number;
  /** Input records taken since the start. */
  readonly taken: number;
  readonly matrices: number;
  readonly commits: number;
  readonly failures: number;
  /** Input records not read yet, over the partitions that have answered. */
  readonly lag: number;
  /** What waits for the registry, null where nothing does. */
  readonly waiting: RegistryWait | null;
}

/** Of a worker that has not begun. */
export const NOTHING_DONE: WorkerStats = {
  tasks: 0,
  running: 0,
  halted: 0,
  taken: 0,
  matrices: 0,
  commits: 0,
  failures: 0,
  lag: 0,
  waiting: null,
};
