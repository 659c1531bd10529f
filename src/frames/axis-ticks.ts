/** A mark on an axis. */
export interface AxisTick {
  readonly at: number;
  readonly label: string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Distances between time marks that people read easily, below a month. */
const TIME_STEPS_MS: readonly number[] = [
  SECOND_MS,
  5 * SECOND_MS,
  15 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
];
const MONTH_STEPS: readonly number[] = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];
const DAYS_A_MONTH = 30;
/** What rounding may take from a quotient or a logarithm. */
const SLACK = 1e-9;

/** Round numbers between two values (the lower first), about `count` of them. */
export function numberTicks(low: number, high: number, count: number): AxisTick[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + SLACK));
  // By multiples, not by adding up: 0.1 added ten times is not 1. Neither is 0.3 / 0.1 quite 3: hence the slack.
  const first = Math.ceil(low / step - SLACK);
  const last = Math.floor(high / step + SLACK);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: at.toFixed(digits) };
  });
}

/** Round UTC times between two times (epoch ms, the earlier first), about `count` of them. */
export function timeTicks(from: number, to: number, count: number): AxisTick[] {
  const rough = (to - from) / count;
  const step = TIME_STEPS_MS.find((candidate) => candidate >= rough);
  return step === undefined ? monthTicks(from, to, rough) : evenTicks(from, to, step);
}

function evenTicks(from: number, to: number, step: number): AxisTick[] {
  const ticks: AxisTick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const [date, time] = [isoText(at, 0, 10), isoText(at, 11, step < MINUTE_MS ? 19 : 16)];
    ticks.push({ at, label: step >= DAY_MS || at % DAY_MS === 0 ? date : time });
  }
  return ticks;
}

function monthTicks(from: number, to: number, rough: number): AxisTick[] {
  const months = MONTH_STEPS.find((candidate) => candidate * DAYS_A_MONTH * DAY_MS >= rough) ?? MONTH_STEPS.at(-1)!;
  const ticks: AxisTick[] = [];
  const first = new Date(from).getUTCFullYear() * 12;
  for (let month = first; ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12);
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, label: isoText(at, 0, 7) });
  }
}

function isoText(at: number, start: number, end: number): string {
  return new Date(at).toISOString().slice(start, end);
}
