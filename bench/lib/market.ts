import { syntheticTicks } from '../../src/clients/synthetic.ts';
import type { NewTick } from '../../src/clients/tick-producer.ts';
import type { SettingsText } from './installation.ts';

/** Currencies in the order in which the market quotes them against each other. */
const CURRENCIES = ['EUR', 'GBP', 'AUD', 'NZD', 'USD', 'CAD', 'CHF', 'JPY'] as const;
const START_MS = Date.UTC(2024, 0, 1);
const MINUTE_MS = 60_000;
/** Of one symbol. */
const TICKS_PER_MINUTE = 20;
const SEED = 20_240_101;
export const DURATIONS_MS = { '1s': 1_000, '1m': MINUTE_MS, '5m': 5 * MINUTE_MS, '1H': 60 * MINUTE_MS } as const;

/** Timeframes that the benchmarks measure with. */
export type BenchTimeframe = keyof typeof DURATIONS_MS;

/** The 28 crosses of eight currencies, sorted; beyond them, made-up symbols that walk by themselves. */
export function marketSymbols(count = 28): string[] {
  const crosses = CURRENCIES.flatMap((base, i) => CURRENCIES.slice(i + 1).map((quote) => base + quote)).sort();
  const more = Array.from({ length: Math.max(0, count - crosses.length) }, (_, i) => `SYM${String(i).padStart(4, '0')}`);
  return [...crosses, ...more].slice(0, count);
}

/** Settings for these symbols, each with a partition of its own, and one universe of all of them; `more` goes before what is said here. */
export function marketSettings(
  timeframes: readonly BenchTimeframe[],
  symbols: readonly string[] = marketSymbols(),
  more: SettingsText = {},
): SettingsText {
  return { timeframes, calendar: '24x7', symbols, shared_partitions: 0, universes: [{ name: 'all', symbols }], ...more };
}

/** What must come of ticks, if nothing is lost or done twice. */
export interface Expected {
  readonly ticks: number;
  /** Bars, and so tier-1 records, of all timeframes. */
  readonly bars: number;
  readonly matrices: number;
  /** The last matrix of each timeframe, by its window_end in UTC epoch ms. */
  readonly lastWindowEnds: Readonly<Record<string, number>>;
}

/**
 * The same ticks every time: correlated walks, a tick of every symbol in turn, `perMinute` a symbol and minute of event time from 2024-01-01 on.
 * Symbols do not share partitions and their ticks are in order, so every slot between a symbol's first and last tick gives one bar.
 */
export function marketTicks(symbols: readonly string[], ticks: number, perMinute: number = TICKS_PER_MINUTE): Generator<NewTick> {
  return syntheticTicks({ symbols, ticks, seed: SEED, startMs: START_MS, intervalMs: intervalMs(symbols.length, perMinute) });
}

/** What a right pipeline makes of `marketTicks` with one universe of all symbols. */
export function expectedOf(symbols: readonly string[], ticks: number, timeframes: readonly BenchTimeframe[]): Expected {
  const timeOf = (i: number) => Math.round(START_MS + i * intervalMs(symbols.length, TICKS_PER_MINUTE));
  let bars = 0;
  let matrices = 0;
  const lastWindowEnds: Record<string, number> = {};
  for (const timeframe of timeframes) {
    const duration = DURATIONS_MS[timeframe];
    const slotOf = (i: number) => Math.floor(timeOf(i) / duration);
    let first = Number.POSITIVE_INFINITY;
    let last = Number.POSITIVE_INFINITY;
    for (let symbol = 0; symbol < Math.min(symbols.length, ticks); symbol++) {
      const firstSlot = slotOf(symbol);
      // The slot of the symbol's last tick stays open.
      const openSlot = slotOf(symbol + symbols.length * Math.floor((ticks - 1 - symbol) / symbols.length));
      bars += openSlot - firstSlot;
      first = Math.min(first, firstSlot + 1);
      last = Math.min(last, openSlot);
    }
    matrices += Math.max(0, last - first + 1);
    if (last >= first) lastWindowEnds[timeframe] = last * duration;
  }
  return { ticks, bars, matrices, lastWindowEnds };
}

function intervalMs(symbols: number, perMinute: number): number {
  return MINUTE_MS / (perMinute * symbols);
}
