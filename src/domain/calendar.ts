import type { CalendarName, Closure } from './settings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A trading day ends at 17:00 in New York, which is 22:00 UTC in winter time. */
const WINTER_DAY_END_MS = 22 * HOUR_MS;
/** JavaScript dates reach ±8.64e15 ms; beyond them New York is taken to be on winter time. */
const LAST_DATE_MS = 8.64e15 - 2 * DAY_MS;
/** Day ends remembered before the memory starts over: a hostile clock can name any day. */
const MAX_REMEMBERED_DAYS = 4_096;
const FRIDAY = 5;
const SATURDAY = 6;

let hourFormat: Intl.DateTimeFormat | undefined;

/** Hour of the day in New York, daylight saving included, by the time zone database that ships with the runtime. */
function newYorkHour(t: number): number {
  // Made at the first use: it takes 15 ms, which a calendar of 24x7 has no reason to spend.
  hourFormat ??= new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' });
  return Number(hourFormat.format(t));
}

const dayEnds = new Map<number, number>();

/**
 * 17:00 in New York on the civil day with the given number (days since 1970-01-01), as UTC epoch ms. It is 21:00 UTC in summer time and
 * 22:00 UTC in winter time: clocks change at 2 in the morning, so any instant of that evening tells which.
 */
export function newYorkDayEnd(civilDay: number): number {
  const known = dayEnds.get(civilDay);
  if (known !== undefined) return known;
  const winter = civilDay * DAY_MS + WINTER_DAY_END_MS;
  const isSummerTime = Math.abs(winter) < LAST_DATE_MS && newYorkHour(winter) === 18;
  const end = isSummerTime ? winter - HOUR_MS : winter;
  if (dayEnds.size >= MAX_REMEMBERED_DAYS) dayEnds.clear();
  dayEnds.set(civilDay, end);
  return end;
}

/** The civil day on whose evening, at 17:00 in New York, the trading day that holds instant `t` began. */
export function newYorkTradingDay(t: number): number {
  const day = Math.floor((t - WINTER_DAY_END_MS) / DAY_MS);
  return newYorkDayEnd(day + 1) <= t ? day + 1 : day;
}

/** When the market is closed: the calendar's week-ends and the closures of the settings, merged where they touch or overlap. */
export class Calendar {
  readonly #weekends: boolean;
  readonly #closures: readonly Closure[];

  constructor(name: CalendarName, closures: readonly Closure[]) {
    this.#weekends = name === 'fx';
    this.#closures = [...closures].sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
  }

  /** The end of the closure that holds instant `t`, all closures that touch it counted as one; `t` itself when the market is open. */
  closedUntil(t: number): number {
    if (!this.#weekends && this.#closures.length === 0) return t;
    let end = t;
    for (;;) {
      const further = Math.max(this.#weekendUntil(end), this.#closureUntil(end));
      if (further <= end) return end;
      end = further;
    }
  }

  #weekendUntil(t: number): number {
    if (!this.#weekends) return t;
    const day = newYorkTradingDay(t);
    // 1970-01-01 was a Thursday, and Sunday is 0.
    const weekday = (((day + 4) % 7) + 7) % 7;
    if (weekday === FRIDAY) return newYorkDayEnd(day + 2);
    if (weekday === SATURDAY) return newYorkDayEnd(day + 1);
    return t;
  }

  #closureUntil(t: number): number {
    let end = t;
    for (const closure of this.#closures) {
      if (closure.fromMs > end) break;
      if (closure.toMs > end) end = closure.toMs;
    }
    return end;
  }
}
