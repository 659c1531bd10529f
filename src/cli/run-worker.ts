import { buildTopology, type StageSetName } from '../../topology/fx.ts';
import { Registry } from '../codec/registry.ts';
import { Worker, type WorkerStats } from '../worker/worker.ts';
import type { ClusterContext } from './context.ts';
import { createStatsLine, type StatsLine } from './stats-line.ts';

const STATS_INTERVAL_MS = 1_000;
/** Ctrl-C pressed again: 128 + SIGINT. */
const INTERRUPTED_EXIT_CODE = 130;

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
  });
  const line: StatsLine = createStatsLine(context);
  const timer = setInterval(() => line.show(worker.stats()), STATS_INTERVAL_MS);
  try {
    await Promise.race([stopped, worker.failed, ...(options.untilEnd === true ? [worker.caughtUp()] : [])]);
  } finally {
    clearInterval(timer);
    line.end();
    await worker.stop();
  }
  const stats = worker.stats();
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  if (context.json) process.stdout.write(`${JSON.stringify({ ...stats, seconds })}\n`);
  else log.info({ records: stats.taken, matrices: stats.matrices, commits: stats.commits, seconds }, 'worker ended');
  return stats;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(INTERRUPTED_EXIT_CODE);
        isStopping = true;
        resolve();
      });
    }
  });
}
