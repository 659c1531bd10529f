import { describe, expect, it } from 'vitest';
import { Calendar, newYorkDayEnd, newYorkTradingDay } from '../../../src/domain/calendar.ts';
import { DAY, HOUR, utc } from './support.ts';

const fx = new Calendar('fx', []);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const civilDay = (date: string) => utc(date) / DAY;

describe('a trading day ends at 17:00 in New York, daylight saving included (spec section 2)', () => {
  it.each([
    ['winter', '2024-01-10', '2024-01-10T22:00'],
    ['the Saturday before the US clocks go forward', '2024-03-09', '2024-03-09T22:00'],
    ['the Sunday they do', '2024-03-10', '2024-03-10T21:00'],
    ['the weeks in which Europe is still on winter time', '2024-03-20', '2024-03-20T21:00'],
    ['the Sunday Europe follows', '2024-03-31', '2024-03-31T21:00'],
    ['summer', '2024-07-04', '2024-07-04T21:00'],
    ['the week in which Europe has already gone back', '2024-10-28', '2024-10-28T21:00'],
    ['the Saturday before the US clocks go back', '2024-11-02', '2024-11-02T21:00'],
    ['the Sunday they do', '2024-11-03', '2024-11-03T22:00'],
    ['years before 2007, when summer time began in April', '2006-03-20', '2006-03-20T22:00'],
  ])('%s', (_, date, end) => {
    expect(iso(newYorkDayEnd(civilDay(date)))).toBe(end);
  });

  it.each([
    ['23 hours', '2024-03-09', 23],
    ['24 hours', '2024-03-10', 24],
    ['24 hours', '2024-06-01', 24],
    ['25 hours', '2024-11-02', 25],
  ])('and has %s from %s', (_, date, hours) => {
    const day = civilDay(date);
    expect(newYorkDayEnd(day + 1) - newYorkDayEnd(day)).toBe(hours * HOUR);
  });

  it('holds every instant in exactly one day, at the borders and a millisecond beside them', () => {
    for (let day = civilDay('2023-01-01'); day < civilDay('2025-01-01'); day++) {
      const start = newYorkDayEnd(day);
      expect(newYorkTradingDay(start)).toBe(day);
      expect(newYorkTradingDay(start - 1)).toBe(day - 1);
      expect(newYorkTradingDay(newYorkDayEnd(day + 1) - 1)).toBe(day);
    }
  });
});

describe('the fx week-end: Friday 17:00 to Sunday 17:00 in New York', () => {
  it.each([
    ['winter', '2024-01-05T22:00', '2024-01-07T22:00'],
    ['summer', '2024-06-07T21:00', '2024-06-09T21:00'],
    ['over the US spring change: 47 hours', '2024-03-08T22:00', '2024-03-10T21:00'],
    ['over the European spring change: 48 hours', '2024-03-29T21:00', '2024-03-31T21:00'],
    ['over the European autumn change: 48 hours', '2024-10-25T21:00', '2024-10-27T21:00'],
    ['over the US autumn change: 49 hours', '2024-11-01T21:00', '2024-11-03T22:00'],
  ])('%s', (_, from, to) => {
    const [start, end] = [utc(from), utc(to)];
    expect(fx.closedUntil(start - 1)).toBe(start - 1);
    for (const inside of [start, start + 1, start + DAY, end - DAY, end - 1]) expect(iso(fx.closedUntil(inside))).toBe(to);
    expect(fx.closedUntil(end)).toBe(end);
  });

  it('is every week’s only closure', () => {
    for (let t = utc('2024-01-07T22:00'); t < utc('2024-12-31'); t += HOUR) {
      const isClosed = fx.closedUntil(t) !== t;
      const newYork = new Date(t).toLocaleString('en-US', {
        timeZone: 'America/New_York',
        weekday: 'short',
        hour: 'numeric',
        hourCycle: 'h23',
      });
      const [weekday = '', hour = ''] = newYork.split(', ');
      const expected = weekday === 'Sat' || (weekday === 'Fri' && Number(hour) >= 17) || (weekday === 'Sun' && Number(hour) < 17);
      expect([newYork, isClosed]).toEqual([newYork, expected]);
    }
  });

  it('is open on 24x7', () => {
    const saturday = utc('2024-01-06T12:00');
    expect(new Calendar('24x7', []).closedUntil(saturday)).toBe(saturday);
  });
});

describe('closures of the settings, [from, to)', () => {
  const until = (t: number, ...closures: Array<[number, number]>) =>
    new Calendar(
      '24x7',
      closures.map(([fromMs, toMs]) => ({ fromMs, toMs })),
    ).closedUntil(t);

  it.each<[string, number, Array<[number, number]>, number]>([
    ['before', 9, [[10, 20]], 9],
    ['at the start', 10, [[10, 20]], 20],
    ['the last instant', 19, [[10, 20]], 20],
    ['at the end, open again', 20, [[10, 20]], 20],
    [
      'two that touch count as one',
      10,
      [
        [10, 20],
        [20, 30],
      ],
      30,
    ],
    [
      'two that overlap',
      10,
      [
        [10, 25],
        [20, 30],
      ],
      30,
    ],
    [
      'one within the other',
      10,
      [
        [10, 40],
        [20, 30],
      ],
      40,
    ],
    [
      'listed in any order',
      10,
      [
        [30, 40],
        [20, 30],
        [10, 20],
      ],
      40,
    ],
    [
      'two with an instant between them',
      10,
      [
        [10, 20],
        [21, 30],
      ],
      20,
    ],
    [
      'the same one twice',
      10,
      [
        [10, 20],
        [10, 20],
      ],
      20,
    ],
    ['an empty one closes nothing', 10, [[10, 10]], 10],
  ])('%s', (_, t, closures, end) => {
    expect(until(t, ...closures)).toBe(end);
  });

  it('join the week-end that they touch, on either side and between two', () => {
    const [friday, sunday, nextFriday, nextSunday] = ['2024-01-05T22:00', '2024-01-07T22:00', '2024-01-12T22:00', '2024-01-14T22:00'].map(
      utc,
    ) as [number, number, number, number];
    const before = new Calendar('fx', [{ fromMs: friday - DAY, toMs: friday }]);
    expect(before.closedUntil(friday - DAY)).toBe(sunday);
    const after = new Calendar('fx', [{ fromMs: sunday, toMs: sunday + HOUR }]);
    expect(after.closedUntil(friday)).toBe(sunday + HOUR);
    const between = new Calendar('fx', [{ fromMs: sunday - HOUR, toMs: nextFriday + HOUR }]);
    expect(between.closedUntil(friday)).toBe(nextSunday);
  });
});

describe('hostile instants', () => {
  const instants = [-9e15, -8.64e15, -8.64e15 + 1, -6.2e13, -1, 0, 8.64e15 - 1, 8.64e15, 8.64e15 + DAY, 9e15];

  it.each(instants)('%d neither throws nor loops', (t) => {
    const calendar = new Calendar('fx', [
      { fromMs: -9e15, toMs: -8e15 },
      { fromMs: 8e15, toMs: Number.MAX_SAFE_INTEGER },
    ]);
    const day = newYorkTradingDay(t);
    expect(newYorkDayEnd(day)).toBeLessThanOrEqual(t);
    expect(newYorkDayEnd(day + 1)).toBeGreaterThan(t);
    expect(calendar.closedUntil(t)).toBeGreaterThanOrEqual(t);
    expect(calendar.closedUntil(calendar.closedUntil(t))).toBe(calendar.closedUntil(t));
  });

  it('gives the same day ends after more days than it remembers', () => {
    const days = Array.from({ length: 10_000 }, (_, i) => civilDay('2000-01-01') + i);
    const first = days.map(newYorkDayEnd);
    expect(days.map(newYorkDayEnd)).toEqual(first);
  });
});
