import type { WorkerStats } from '../worker/worker.ts';
import type { CommandContext } from './context.ts';

/** Shows what a worker is doing, again and again. */
export interface StatsLine {
  /** `hasStarted` is false while a worker waits to start. */
  show(stats: WorkerStats, hasStarted: boolean): void;
  end(): void;
}

/** Seconds between two log lines where there is no terminal. */
const LOG_EVERY = 10;

/** One line that is written over on a terminal; a log line now and then elsewhere. */
export function createStatsLine({ log, quiet }: CommandContext): StatsLine {
  let last: { stats: WorkerStats; at: number } | null = null;
  let shown = 0;
  const rateOf = (stats: WorkerStats): number => {
    const now = performance.now();
    const rate = last === null ? 0 : (1_000 * (stats.taken - last.stats.taken)) / (now - last.at);
    last = { stats, at: now };
    return Math.round(rate);
  };
  if (process.stderr.isTTY === true && !quiet) {
    return {
      show(stats) {
        const rate = rateOf(stats).toLocaleString('en');
        const { running, tasks, halted, taken, matrices, lag, waiting } = stats;
        const standing = halted === 0 ? '' : `, ${halted} HALTED`;
        const outage = waiting === null ? '' : `  WAITING for the registry: ${waiting.what}, next try in ${seconds(waiting.retryInMs)} s`;
        const text = `${running}/${tasks} tasks${standing}${outage}  ${taken.toLocaleString('en')} records  ${rate}/s  lag ${lag.toLocaleString('en')}  ${matrices} matrices`;
        // A line that is broken by the terminal could not be written over.
        process.stderr.write(`\r${text.slice(0, (process.stderr.columns ?? Number.POSITIVE_INFINITY) - 1)}\x1b[K`);
      },
      end() {
        if (last !== null) process.stderr.write('\r\x1b[K');
      },
    };
  }
  return {
    show(stats) {
      const rate = rateOf(stats);
      if (shown++ % LOG_EVERY === 0) log.info({ ...stats, rate }, 'progress');
    },
    end() {},
  };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(0);
}
