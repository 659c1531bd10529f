import type { WorkerStats } from '../worker/worker.ts';

/** How a worker process is doing. */
export interface StatsMessage {
  /** False while it waits to start: should it end before, another try would end so too. */
  readonly hasStarted: boolean;
  readonly stats: WorkerStats;
}

/** What a worker process tells the one that supervises it: how it is doing, or that it is about to join the group. */
export type WorkerMessage = StatsMessage | { readonly isJoining: true };

/** What a supervisor tells its workers: the settings have been read without a fault; all workers have asked to join. */
export type SupervisorMessage = { readonly areSettingsFine: true } | { readonly areAllJoining: true };

/** Set for the processes that a supervisor starts: others, too, may be started with a channel to their parent. */
export const SUPERVISED = 'ARBITREX_SUPERVISED';

/** Whether this process is one that a supervisor of ours has started. */
export function isSupervised(): boolean {
  return process.send !== undefined && process.env[SUPERVISED] !== undefined;
}

/** Resolves in a worker when its supervisor has said this; false where the supervisor has gone instead. */
export function told(what: 'areSettingsFine' | 'areAllJoining'): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isTold: boolean) => {
      process.off('message', onMessage);
      process.off('disconnect', onDisconnect);
      resolve(isTold);
    };
    const onMessage = (message: SupervisorMessage) => what in message && end(true);
    const onDisconnect = () => end(false);
    process.on('message', onMessage);
    process.on('disconnect', onDisconnect);
  });
}
