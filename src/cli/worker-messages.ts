import type { WorkerStats } from '../worker/worker.ts';

/** How a worker process is doing. */
export interface StatsMessage {
  /** False while it waits to start: should it end before, another try would end so too. */
  readonly hasStarted: boolean;
  readonly stats: WorkerStats;
}

/** What a worker process tells the one that supervises it: how it is doing, or that it is about to join the group. */
export type WorkerMessage = StatsMessage | { readonly isJoining: true };

/** What a supervisor tells its workers: all of them have asked to join. */
export interface SupervisorMessage {
  readonly areAllJoining: true;
}
