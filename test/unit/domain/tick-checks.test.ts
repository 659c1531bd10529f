import { describe, expect, it } from 'vitest';
import { mid } from '../../../src/domain/open-bar.ts';
import { checkTick, priceOf } from '../../../src/domain/tick-checks.ts';
import { Desk, MINUTE, tickAt } from './support.ts';

const MAX = Number.MAX_VALUE;
const TINY = Number.MIN_VALUE;

describe('what a tick must be (spec section 1)', () => {
  it.each([
    ['an ordinary quote', {}, null],
    ['a key that names the symbol', { key: 'EURUSD' }, null],
    ['a key that names another symbol', { key: 'GBPUSD' }, 'BAD_SYMBOL'],
    ['an empty key', { key: '' }, 'BAD_SYMBOL'],
    ['an empty symbol', { symbol: '' }, 'BAD_SYMBOL'],
    ['an empty symbol under an empty key', { symbol: '', key: '' }, 'BAD_SYMBOL'],
    ['a bid of zero', { bid: 0 }, 'BAD_PRICE'],
    ['a bid of minus zero', { bid: -0 }, 'BAD_PRICE'],
    ['a negative bid', { bid: -1 }, 'BAD_PRICE'],
    ['a negative ask', { ask: -1 }, 'BAD_PRICE'],
    ['a bid that is not a number', { bid: Number.NaN }, 'BAD_PRICE'],
    ['an ask that is not a number', { ask: Number.NaN }, 'BAD_PRICE'],
    ['an infinite ask', { ask: Number.POSITIVE_INFINITY }, 'BAD_PRICE'],
    ['a bid of minus infinity', { bid: Number.NEGATIVE_INFINITY }, 'BAD_PRICE'],
    ['the smallest and the largest double', { bid: TINY, ask: MAX }, null],
    ['an ask below the bid', { bid: 2, ask: 1.9999999999999998 }, 'CROSSED'],
    ['an ask at the bid', { bid: 2, ask: 2 }, null],
    ['a volume of zero', { hasVolume: true, volume: 0 }, null],
    ['a negative volume', { hasVolume: true, volume: -TINY }, 'BAD_VOLUME'],
    ['a volume that is not a number', { hasVolume: true, volume: Number.NaN }, 'BAD_VOLUME'],
    ['an infinite volume', { hasVolume: true, volume: Number.POSITIVE_INFINITY }, 'BAD_VOLUME'],
    ['no volume, whatever its field holds', { hasVolume: false, volume: Number.NaN }, null],
  ])('%s', (_, fields, reason) => {
    expect(checkTick(tickAt(0, 1, fields), 'mid')).toBe(reason);
  });

  it.each([
    ['none', { hasLast: false, last: 1 }],
    ['zero', { last: 0 }],
    ['negative', { last: -1 }],
    ['not a number', { last: Number.NaN }],
    ['infinite', { last: Number.POSITIVE_INFINITY }],
  ])('last is checked only where bars are built from it: %s', (_, fields) => {
    expect(checkTick(tickAt(0, 1, fields), 'last')).toBe('BAD_PRICE');
    for (const price of ['mid', 'bid', 'ask'] as const) expect(checkTick(tickAt(0, 1, fields), price)).toBeNull();
  });

  it('gives the first reason that applies: symbol, price, crossed, volume', () => {
    const wrongs = [{ symbol: '' }, { last: Number.NaN }, { bid: 3, ask: 2 }, { hasVolume: true, volume: -1 }];
    const reasons = ['BAD_SYMBOL', 'BAD_PRICE', 'CROSSED', 'BAD_VOLUME'];
    for (let first = 0; first < wrongs.length; first++) {
      const fields = { last: 1, ...Object.assign({}, ...wrongs.slice(first)) };
      expect(checkTick(tickAt(0, 1, fields), 'last')).toBe(reasons[first]);
    }
  });

  it('looks at a tick’s own fields before it asks whether the tick is a duplicate, far or late', () => {
    const desk = new Desk({ maxJumpMs: MINUTE }).feed(
      tickAt(10 * MINUTE, 1, { seq: 5 }),
      tickAt(10 * MINUTE, 1, { seq: 5, ask: 0.5 }),
      tickAt(99 * MINUTE, 1, { seq: 6, ask: 0.5 }),
      tickAt(0, 1, { seq: 7, ask: 0.5 }),
    );
    expect(desk.out.refusedLines).toEqual(['#1 CROSSED', '#2 CROSSED', '#3 CROSSED']);
    expect(desk.out.duplicates).toEqual([]);
  });

  it('calls a repeat that is also late a duplicate', () => {
    const desk = new Desk().feed(
      tickAt(0, 1, { seq: 1, sourceId: 'a' }),
      tickAt(5 * MINUTE, 1, { seq: 1, sourceId: 'b' }),
      tickAt(0, 1, { seq: 1, sourceId: 'a' }),
    );
    expect(desk.out.duplicates).toEqual(['#2']);
    expect(desk.out.refusals).toEqual([]);
  });
});

describe('the price a bar is built from', () => {
  const tick = tickAt(0, 0, { bid: 1, ask: 4, last: 3 });

  it.each([
    ['mid', 2.5],
    ['bid', 1],
    ['ask', 4],
    ['last', 3],
  ] as const)('%s', (field, price) => {
    expect(priceOf(tick, field)).toBe(price);
  });

  it('has a finite, positive mid even at the ends of the double range', () => {
    expect(mid(tickAt(0, MAX))).toBe(MAX);
    expect(mid(tickAt(0, TINY))).toBe(TINY);
  });
});
