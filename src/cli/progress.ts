import { statSync } from 'node:fs';

/** Progress of a long command on standard error, so that standard output stays clean; nothing where that is no terminal. */
export interface Progress {
  /** `done` of the total, in its unit; `count` is what is shown beside it. */
  update(done: number, count: number): void;
  /** Removes the bar. May be called twice. */
  stop(): void;
}

const NO_PROGRESS: Progress = { update() {}, stop() {} };

/** A bar that fills up to `total` (null: unknown, so only the count is shown), with the count of `unit` and its rate. */
export async function createProgress(options: {
  readonly quiet: boolean;
  readonly unit: string;
  readonly total: number | null;
}): Promise<Progress> {
  if (options.quiet || process.stderr.isTTY !== true) return NO_PROGRESS;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: `${options.total === null ? '' : '{bar} {percentage}%  '}{count} ${options.unit}  {rate}/s`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  const began = performance.now();
  bar.start(options.total ?? 1, 0, { count: '0', rate: '0' });
  return {
    update(done, count) {
      const rate = Math.round(count / ((performance.now() - began) / 1_000));
      bar.update(options.total === null ? 0 : done, { count: count.toLocaleString('en'), rate: rate.toLocaleString('en') });
    },
    stop: () => bar.stop(),
  };
}

/** Bytes of a file, null where that cannot be told (standard input, no such file). */
export function sizeOf(path: string): number | null {
  return path === '-' ? null : (statSync(path, { throwIfNoEntry: false })?.size ?? null);
}
