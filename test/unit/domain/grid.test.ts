import { describe, expect, it } from 'vitest';
import { createGrid, type Grid, slotOfEnd } from '../../../src/domain/grid.ts';
import { DAY, Desk, HOUR, MINUTE, tickAt, timeline, utc } from './support.ts';

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

/** ENDs of the slots on the grid whose starts lie in [from, to). */
function ends(grid: Grid, from: string, to: string): string[] {
  const found: string[] = [];
  for (let slot = grid.nextOnGrid(grid.indexOf(utc(from))); grid.startOf(slot) < utc(to); slot = grid.nextOnGrid(slot + 1)) {
    found.push(iso(grid.endOf(slot)));
  }
  return found;
}

describe('slots', () => {
  it.each(['1s', '1m', '5m', '15m', '1H', '4H', '1D'] as const)('%s: every instant lies in [start, end) of its slot', (timeframe) => {
    for (const calendar of ['24x7', 'fx'] as const) {
      const grid = createGrid(timeframe, { calendar, closures: [] });
      for (const t of [-1, 0, 1, utc('2024-03-10T20:59'), utc('2024-03-10T21:00'), utc('2024-11-03T21:30'), 8.64e15, -8.64e15, 9e15]) {
        const slot = grid.indexOf(t);
        expect(grid.startOf(slot)).toBeLessThanOrEqual(t);
        expect(grid.endOf(slot)).toBeGreaterThan(t);
        expect(grid.endOf(slot)).toBe(grid.startOf(slot + 1));
      }
    }
  });

  it('are found by their END, and not by any other instant', () => {
    const utcGrid = createGrid('1H', { calendar: '24x7', closures: [] });
    expect(slotOfEnd(utcGrid, HOUR)).toBe(0);
    expect(slotOfEnd(utcGrid, HOUR + 1)).toBeNaN();
    expect(slotOfEnd(utcGrid, Number.NaN)).toBeNaN();
    const tradingDays = createGrid('1D', { calendar: 'fx', closures: [] });
    expect(slotOfEnd(tradingDays, utc('2024-03-11T21:00'))).toBe(utc('2024-03-10') / DAY);
    expect(slotOfEnd(tradingDays, utc('2024-03-11T22:00'))).toBeNaN();
  });
});

describe('the grid under the fx calendar', () => {
  it('has five daily slots a week, 17:00 to 17:00 in New York, across both clock changes', () => {
    const days = createGrid('1D', { calendar: 'fx', closures: [] });
    const spring = ['2024-03-07T22:00', '2024-03-08T22:00', '2024-03-11T21:00', '2024-03-12T21:00'];
    expect(ends(days, '2024-03-06T22:00', '2024-03-12')).toEqual(spring);
    const autumn = ['2024-10-31T21:00', '2024-11-01T21:00', '2024-11-04T22:00', '2024-11-05T22:00'];
    expect(ends(days, '2024-10-30T21:00', '2024-11-05')).toEqual(autumn);
  });

  it('keeps a slot that is only partly in the week-end', () => {
    const fourHours = createGrid('4H', { calendar: 'fx', closures: [] });
    // Closed from Friday 22:00 to Sunday 22:00 UTC.
    expect(ends(fourHours, '2024-01-05T16:00', '2024-01-08')).toEqual(['2024-01-05T20:00', '2024-01-06T00:00', '2024-01-08T00:00']);
    const hours = createGrid('1H', { calendar: 'fx', closures: [] });
    expect(ends(hours, '2024-01-05T20:00', '2024-01-07T23:30')).toEqual([
      '2024-01-05T21:00',
      '2024-01-05T22:00',
      '2024-01-07T23:00',
      '2024-01-08T00:00',
    ]);
  });

  it('leaves every timeframe but 1D on the UTC grid', () => {
    const grid = createGrid('4H', { calendar: 'fx', closures: [] });
    expect(grid.startOf(grid.indexOf(utc('2024-07-03T13:00')))).toBe(utc('2024-07-03T12:00'));
  });
});

describe('closures and slots', () => {
  const grid = (...closures: Array<[number, number]>) =>
    createGrid('1m', { calendar: '24x7', closures: closures.map(([from, to]) => ({ fromMs: from * MINUTE, toMs: to * MINUTE })) });

  it.each<[string, Array<[number, number]>, number[]]>([
    ['wholly closed slots are off the grid', [[1, 3]], [0, 3, 4]],
    ['a slot open at its start is on it', [[1.5, 3]], [0, 1, 3, 4]],
    ['a slot open at its end is on it', [[1, 2.5]], [0, 2, 3, 4]],
    [
      'a slot open in its middle is on it',
      [
        [1, 1.4],
        [1.6, 2],
      ],
      [0, 1, 2, 3, 4],
    ],
    [
      'a slot covered by two closures that touch is off it',
      [
        [1, 1.5],
        [1.5, 2],
      ],
      [0, 2, 3, 4],
    ],
    [
      'a slot covered by two closures that overlap is off it',
      [
        [0.5, 1.6],
        [1.4, 2.5],
      ],
      [0, 2, 3, 4],
    ],
  ])('%s', (_, closures, expected) => {
    const slots: number[] = [];
    for (let slot = grid(...closures).nextOnGrid(0); slot < 5; slot = grid(...closures).nextOnGrid(slot + 1)) slots.push(slot);
    expect(slots).toEqual(expected);
  });
});

describe('bars and closures', () => {
  const closures = [{ fromMs: MINUTE, toMs: 3 * MINUTE }];

  it('emit no missing bar for a slot wholly in a closure, and the previous bar steps over it', () => {
    const desk = new Desk({ closures }).feed(tickAt(0, 100), tickAt(3 * MINUTE, 101), tickAt(4 * MINUTE));
    expect(timeline(desk.bars)).toBe('1* 4');
    expect(desk.bars[1]?.logReturn1).toBeCloseTo(Math.log(1.01), 12);
  });

  it('emit a bar all the same where a tick came inside the closure', () => {
    const desk = new Desk({ closures }).feed(tickAt(0), tickAt(2 * MINUTE), tickAt(4 * MINUTE));
    expect(timeline(desk.bars)).toBe('1* 3 (4)');
  });

  it('emit a missing bar for a silent slot that is partly in a closure', () => {
    const partly = [{ fromMs: MINUTE, toMs: 2 * MINUTE + 1 }];
    expect(timeline(new Desk({ closures: partly }).feed(tickAt(0), tickAt(3 * MINUTE)).bars)).toBe('1* (3)');
  });
});
