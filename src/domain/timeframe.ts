/** The bar sizes of the spec, section 2, shortest first. */
export const TIMEFRAMES = ['1s', '1m', '5m', '15m', '1H', '4H', '1D'] as const;

/** One bar size. `1D` follows the trading day under the fx calendar; every other one is a UTC grid. */
export type Timeframe = (typeof TIMEFRAMES)[number];

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const DURATION_MS: Record<Timeframe, number> = {
  '1s': SECOND_MS,
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1H': HOUR_MS,
  '4H': 4 * HOUR_MS,
  '1D': 24 * HOUR_MS,
};

/** Nominal length of a slot in ms; a 1D slot under the fx calendar is an hour shorter or longer when New York changes its clocks. */
export function durationMs(timeframe: Timeframe): number {
  return DURATION_MS[timeframe];
}
