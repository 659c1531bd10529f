import type { WorkerStats } from '../worker/worker.ts';

/** What a worker process tells the one that supervises it. */
export interface WorkerMessage {
  /** False while it waits to start: should it end before, another try would end so too. */
  readonly hasStarted: boolean;
  readonly stats: WorkerStats;
}
