import { Calendar, newYorkDayEnd, newYorkTradingDay } from './calendar.ts';
import type { BarSettings } from './settings.ts';
import { durationMs, type Timeframe } from './timeframe.ts';

/**
 * The slots of one timeframe, numbered: slot k is [startOf(k), startOf(k + 1)), and a bar's timestamp is its slot's END. Slots that lie wholly
 * in a closure are numbered too but are not on the grid (spec section 2).
 */
export interface Grid {
  readonly timeframe: Timeframe;
  /** The slot that holds instant `t` (UTC epoch ms). */
  indexOf(t: number): number;
  startOf(index: number): number;
  endOf(index: number): number;
  /** The first slot at or after `index` that is not wholly in a closure. */
  nextOnGrid(index: number): number;
}

/** The slot of the bar stamped `timestampUtc`, or NaN where no slot ends at that instant. */
export function slotOfEnd(grid: Grid, timestampUtc: number): number {
  const index = grid.indexOf(timestampUtc) - 1;
  return grid.endOf(index) === timestampUtc ? index : Number.NaN;
}

/** The grid of a timeframe under the settings' calendar: New York trading days for 1D under `fx`, else UTC. */
export function createGrid(timeframe: Timeframe, settings: Pick<BarSettings, 'calendar' | 'closures'>): Grid {
  const calendar = new Calendar(settings.calendar, settings.closures);
  return timeframe === '1D' && settings.calendar === 'fx'
    ? new TradingDayGrid(timeframe, calendar)
    : new UtcGrid(timeframe, calendar, durationMs(timeframe));
}

abstract class CalendarGrid implements Grid {
  readonly timeframe: Timeframe;
  readonly #calendar: Calendar;

  constructor(timeframe: Timeframe, calendar: Calendar) {
    this.timeframe = timeframe;
    this.#calendar = calendar;
  }

  abstract indexOf(t: number): number;
  abstract startOf(index: number): number;

  endOf(index: number): number {
    return this.startOf(index + 1);
  }

  nextOnGrid(index: number): number {
    const closedUntil = this.#calendar.closedUntil(this.startOf(index));
    return closedUntil < this.endOf(index) ? index : this.indexOf(closedUntil);
  }
}

class UtcGrid extends CalendarGrid {
  readonly #durationMs: number;

  constructor(timeframe: Timeframe, calendar: Calendar, duration: number) {
    super(timeframe, calendar);
    this.#durationMs = duration;
  }

  override indexOf(t: number): number {
    return Math.floor(t / this.#durationMs);
  }

  override startOf(index: number): number {
    return index * this.#durationMs;
  }
}

class TradingDayGrid extends CalendarGrid {
  override indexOf(t: number): number {
    return newYorkTradingDay(t);
  }

  override startOf(index: number): number {
    return newYorkDayEnd(index);
  }
}
