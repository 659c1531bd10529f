import { buildTopology, type StageSetName } from '../../topology/fx.ts';
import { Registry } from '../codec/registry.ts';
import type { OnTaskStep } from '../runtime/ports.ts';
import { Worker, type WorkerStats } from '../worker/worker.ts';
import type { ClusterContext } from './context.ts';
import { createStatsLine, type StatsLine } from './stats-line.ts';
import { stopSignal } from './stop-signal.ts';
import type { WorkerMessage } from './worker-messages.ts';

const STATS_INTERVAL_MS = 1_000;

/** Runs one worker in this process until a signal, a fault it cannot mend, or (`untilEnd`) the end of the input. */
export async function runWorker(
  context: ClusterContext,
  options: { readonly stages: StageSetName; readonly untilEnd?: boolean },
): Promise<WorkerStats> {
  const { settings, connection, registryConnection, log } = context;
  const stopped = stopSignal();
  const began = performance.now();
  const worker = await Worker.start({
    settings,
    topology: buildTopology(settings),
    stages: options.stages,
    connection,
    registry: new Registry(registryConnection),
    log,
    onStep: await faultInjection(process.env.ARBITREX_FAULT),
  });
  const line = process.send === undefined ? createStatsLine(context) : supervisedLine();
  line.show(worker.stats());
  const timer = setInterval(() => line.show(worker.stats()), STATS_INTERVAL_MS);
  try {
    const ends = [stopped, supervisorGone(), worker.failed, ...(options.untilEnd === true ? [worker.caughtUp()] : [])];
    await Promise.race(ends);
  } finally {
    clearInterval(timer);
    await worker.stop();
    line.show(worker.stats());
    line.end();
  }
  const stats = worker.stats();
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  if (context.json) process.stdout.write(`${JSON.stringify({ ...stats, seconds })}\n`);
  else log.info({ records: stats.taken, matrices: stats.matrices, commits: stats.commits, seconds }, 'worker ended');
  if (process.send !== undefined) process.disconnect();
  return stats;
}

/** For the fault suite (docs/reliability.md): loaded only where it is asked for. */
async function faultInjection(fault: string | undefined): Promise<OnTaskStep | undefined> {
  return fault === undefined ? undefined : (await import('./fault-injection.ts')).injectFault(fault);
}

/** Under a supervisor the line is its to draw. */
function supervisedLine(): StatsLine {
  return {
    show: (stats) => void process.send?.({ stats } satisfies WorkerMessage),
    end() {},
  };
}

/** Resolves when the process that supervises this one is gone; never where there is none. */
function supervisorGone(): Promise<void> {
  return new Promise((resolve) => {
    if (process.send !== undefined) process.once('disconnect', resolve);
  });
}
