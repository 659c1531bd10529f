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

/** Outputs that waited for others to take over their symbols. */
export interface Takeover {
  readonly symbols: number;
  readonly bars: number;
  /** Arrival of the first and of the last of them, wall clock ms. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * What arrived after `fromMs` having waited longer than `lateMs`, of the symbols that were without a worker: something of theirs waited longer than
 * `silentMs`, which a mere hiccup of the machine does not reach. Null where there is none.
 */
export function takeoverSince(observed: readonly Observed[], fromMs: number, lateMs: number, silentMs: number): Takeover | null {
  const waited = ({ closedAt, seenAt }: Observed) => (seenAt === null || seenAt <= fromMs ? 0 : seenAt - closedAt);
  const symbols = new Set(observed.filter((one) => waited(one) > silentMs).map(({ name }) => name));
  const arrivals = observed.filter((one) => symbols.has(one.name) && waited(one) > lateMs).map(({ seenAt }) => seenAt!);
  if (arrivals.length === 0) return null;
  return { symbols: symbols.size, bars: arrivals.length, firstAt: Math.min(...arrivals), lastAt: Math.max(...arrivals) };
}
