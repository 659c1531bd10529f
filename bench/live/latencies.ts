import { quantileOfSorted, rounded } from '../lib/statistics.ts';
import type { Observed } from './observer-messages.ts';

/** How long outputs took, ms; NaN where there was none. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Outputs that never came. */
  readonly notSeen: number;
}

/** Latencies of what was closed from `fromMs` until before `untilMs` (wall clock). */
export function latenciesBetween(observed: readonly Observed[], fromMs: number, untilMs: number): Latencies {
  const within = observed.filter(({ closedAt }) => closedAt >= fromMs && closedAt < untilMs);
  const sorted = within.flatMap(({ closedAt, seenAt }) => (seenAt === null ? [] : [seenAt - closedAt])).sort((a, b) => a - b);
  const at = (q: number) => rounded(quantileOfSorted(sorted, q), 2);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), notSeen: within.length - sorted.length };
}

/** What came late after `fromMs`: outputs that arrived after it and had waited longer than `limitMs`. */
export function lateSince(
  observed: readonly Observed[],
  fromMs: number,
  limitMs: number,
): readonly (Observed & { readonly seenAt: number })[] {
  return observed.flatMap((one) => {
    const { seenAt, closedAt } = one;
    return seenAt !== null && seenAt > fromMs && seenAt - closedAt > limitMs ? [{ ...one, seenAt }] : [];
  });
}
