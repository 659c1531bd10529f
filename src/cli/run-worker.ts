import { setTimeout as sleep } from 'node:timers/promises';
import { buildTopology, type StageSetName } from '../../topology/fx.ts';
import { Registry } from '../codec/registry.ts';
import { RegistryOutages } from '../codec/registry-outages.ts';
import type { OnTaskStep } from '../runtime/ports.ts';
import { Worker } from '../worker/worker.ts';
import { NOTHING_DONE, type WorkerStats } from '../worker/worker-stats.ts';
import type { ClusterContext } from './context.ts';
import { keepMemorySmall } from './memory.ts';
import { createStatsLine, type StatsLine } from './stats-line.ts';
import { stopSignal } from './stop-signal.ts';
import { isSupervised, told, type WorkerMessage } from './worker-messages.ts';

const STATS_INTERVAL_MS = 1_000;
/** How long a worker that is ended before it has started may take to take leave of the cluster. */
const LEAVE_LIMIT_MS = 3_000;

/** Runs one worker in this process until a signal, a fault it cannot mend, or (`untilEnd`) the end of the input. */
export async function runWorker(
  context: ClusterContext,
  options: { readonly stages: StageSetName; readonly untilEnd?: boolean },
): Promise<WorkerStats> {
  keepMemorySmall();
  const { settings, suffix, connection, registryConnection, log } = context;
  const stopped = Promise.race([stopSignal(), supervisorGone()]);
  const began = performance.now();
  const outages = new RegistryOutages(log);
  const line = isSupervised() ? supervisedLine() : createStatsLine(context);
  const worker = await withStart(stopped, line, outages, async (signal) =>
    Worker.start({
      settings,
      topology: buildTopology(settings, suffix),
      stages: options.stages,
      connection,
      registry: new Registry(registryConnection),
      log,
      outages,
      signal,
      companions: isSupervised() ? companions : undefined,
      onStep: await faultInjection(process.env.ARBITREX_FAULT),
    }),
  );
  const stats = worker === null ? NOTHING_DONE : await work(worker, stopped, line, options.untilEnd === true);
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  if (context.json) process.stdout.write(`${JSON.stringify({ ...stats, seconds })}\n`);
  else log.info({ records: stats.taken, matrices: stats.matrices, commits: stats.commits, seconds }, 'worker ended');
  // What was under way when the start was cut off, a question to a silent registry among it, must not keep the process.
  if (worker === null) process.exit(0);
  if (isSupervised()) process.disconnect();
  return stats;
}

/** Tells the supervisor that this worker joins; resolves when all of its workers do. */
async function companions(): Promise<void> {
  process.send?.({ isJoining: true } satisfies WorkerMessage);
  await told('areAllJoining');
}

/** Starts a worker, and shows what it waits for meanwhile; null where `stopped` came first. */
async function withStart(
  stopped: Promise<void>,
  line: StatsLine,
  outages: RegistryOutages,
  start: (signal: AbortSignal) => Promise<Worker>,
): Promise<Worker | null> {
  const cutOff = new AbortController();
  const ended = stopped.then(() => cutOff.abort());
  const timer = setInterval(() => {
    const waiting = outages.current;
    if (waiting !== null) line.show({ ...NOTHING_DONE, waiting }, false);
  }, STATS_INTERVAL_MS);
  const starting = start(cutOff.signal).catch((error: unknown) => {
    if (cutOff.signal.aborted) return null;
    throw error;
  });
  try {
    return await Promise.race([starting, ended.then(() => sleep(LEAVE_LIMIT_MS, null, { ref: false }))]);
  } finally {
    clearInterval(timer);
    line.end();
  }
}

/** Lets a worker work until it is to end, and ends it: what it has done. */
async function work(worker: Worker, stopped: Promise<void>, line: StatsLine, untilEnd: boolean): Promise<WorkerStats> {
  line.show(worker.stats(), true);
  const timer = setInterval(() => line.show(worker.stats(), true), STATS_INTERVAL_MS);
  try {
    await Promise.race([stopped, worker.failed, ...(untilEnd ? [worker.caughtUp()] : [])]);
  } finally {
    clearInterval(timer);
    await worker.stop();
    line.show(worker.stats(), true);
    line.end();
  }
  return worker.stats();
}

/** For the fault suite (docs/reliability.md): loaded only where it is asked for. */
async function faultInjection(fault: string | undefined): Promise<OnTaskStep | undefined> {
  return fault === undefined ? undefined : (await import('./fault-injection.ts')).injectFault(fault);
}

/** Under a supervisor the line is its to draw. */
function supervisedLine(): StatsLine {
  return {
    show: (stats, hasStarted) => void process.send?.({ stats, hasStarted } satisfies WorkerMessage),
    end() {},
  };
}

/** Resolves when the process that supervises this one is gone; never where there is none. */
function supervisorGone(): Promise<void> {
  return new Promise((resolve) => {
    if (isSupervised()) process.once('disconnect', resolve);
  });
}
