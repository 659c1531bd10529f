import type { WorkerStats } from '../worker/worker.ts';

/** What a worker process tells the one that supervises it; the first message says that it has started. */
export interface WorkerMessage {
  readonly stats: WorkerStats;
}
