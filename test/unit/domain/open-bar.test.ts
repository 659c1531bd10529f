import { describe, expect, it } from 'vitest';
import { OpenBar } from '../../../src/domain/open-bar.ts';
import { tickAt } from './support.ts';

/** A quote as (event_time, seq or null, price); the price is its own name. */
type Quote = readonly [time: number, seq: number | null, price: number];

function barOf(...quotes: readonly Quote[]): OpenBar {
  const bar = new OpenBar();
  bar.reset(0);
  for (const [time, seq, price] of quotes) bar.add(tickAt(time, price, seq === null ? {} : { seq }), price);
  return bar;
}

describe('open and close are the prices of the lowest and the highest (event_time, seq, arrival), a null seq first (spec section 2)', () => {
  it.each<[string, Quote[], number, number]>([
    ['one tick is all four prices', [[0, null, 1]], 1, 1],
    [
      'event time decides, not arrival',
      [
        [5, 1, 2],
        [9, 2, 3],
        [1, 3, 1],
      ],
      1,
      3,
    ],
    [
      'event time decides before seq',
      [
        [1, 99, 1],
        [2, 0, 2],
      ],
      1,
      2,
    ],
    [
      'at one event time seq decides',
      [
        [1, 2, 2],
        [1, 3, 3],
        [1, 1, 1],
      ],
      1,
      3,
    ],
    [
      'a null seq opens, arriving last',
      [
        [1, 1, 2],
        [1, null, 1],
      ],
      1,
      2,
    ],
    [
      'a null seq comes before a negative one',
      [
        [1, -5, 2],
        [1, null, 1],
      ],
      1,
      2,
    ],
    [
      'a null seq does not close, arriving last',
      [
        [1, null, 1],
        [1, 7, 2],
        [1, null, 3],
      ],
      1,
      2,
    ],
    [
      'at one event time and seq arrival decides',
      [
        [1, 4, 1],
        [1, 4, 2],
        [1, 4, 3],
      ],
      1,
      3,
    ],
    [
      'arrival decides among null seqs',
      [
        [1, null, 1],
        [1, null, 2],
      ],
      1,
      2,
    ],
  ])('%s', (_, quotes, open, close) => {
    expect(barOf(...quotes)).toMatchObject({ open, close, tickCount: quotes.length });
  });

  it('gives the same bar whatever order distinct ticks arrive in', () => {
    const quotes: Quote[] = [
      [1, null, 3],
      [1, 1, 7],
      [1, 2, 1],
      [4, null, 9],
      [4, 5, 2],
    ];
    for (const order of permutations(quotes)) expect(barOf(...order)).toMatchObject({ open: 3, high: 9, low: 1, close: 2 });
  });

  it('names the source of the closing tick', () => {
    const bar = new OpenBar();
    bar.reset(0);
    bar.add(tickAt(5, 1, { sourceId: 'closes' }), 1);
    bar.add(tickAt(4, 1, { sourceId: 'arrives last' }), 1);
    expect(bar.sourceId).toBe('closes');
  });
});

describe('what a bar sums', () => {
  it('takes a tick without volume as 1, and a volume of 0 as 0', () => {
    const bar = new OpenBar();
    bar.reset(0);
    for (const fields of [{ volume: 2.5 }, {}, { volume: 0 }]) bar.add(tickAt(0, 1, fields), 1);
    expect(bar).toMatchObject({ volume: 3.5, tickCount: 3 });
  });

  it('adds (ask - bid) / mid of every tick', () => {
    const bar = new OpenBar();
    bar.reset(0);
    bar.add(tickAt(0, 0, { bid: 1, ask: 3 }), 2);
    bar.add(tickAt(0, 0, { bid: 3, ask: 5 }), 4);
    expect(bar.spreadSum).toBe(1.5);
  });

  it('starts over at a reset', () => {
    const bar = barOf([1, 1, 9], [2, 2, 1]);
    bar.reset(7);
    bar.add(tickAt(0, 5, { volume: 3, sourceId: 'next' }), 5);
    expect(bar).toMatchObject({ slot: 7, open: 5, high: 5, low: 5, close: 5, volume: 3, spreadSum: 0, tickCount: 1, sourceId: 'next' });
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
