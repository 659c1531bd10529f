import type { Row } from '../lib/result.ts';
import { median, rounded } from '../lib/statistics.ts';

/** What is measured: one line of the table. */
export interface Kernel {
  readonly kernel: string;
  /** Symbols that take turns: what is far from the processor's caches costs more. */
  readonly symbols: number;
  /** Length of the window, null where there is none to choose. */
  readonly window: number | null;
  /** What the nanoseconds are counted for. */
  readonly per: string;
}

/**
 * CPU nanoseconds per unit, the median of some runs: processor time, so that a busy machine disturbs it little. `work` does `units` of them and
 * goes on where it stood; its first call, in which code is compiled and windows fill, does not count.
 */
export function measureKernel(kernel: Kernel, units: number, runs: number, work: () => void): Row {
  work();
  const figures = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1_000) / units;
  });
  return { ...kernel, cpu_ns: rounded(median(figures), 1) };
}

/** Uniform numbers in [0, 1): the same ones every time. */
export function uniformNumbers(count: number): Float64Array {
  let state = 20_240_101;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}
