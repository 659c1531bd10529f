import { describe, expect, it } from 'vitest';
import { fillTick, type NewTick, problemOf, toNewTick } from '../../../src/clients/new-tick.ts';
import { emptyTick } from '../../../src/domain/tick.ts';

const QUOTE: NewTick = { symbol: 'EURUSD', eventTime: 1_767_571_200_000, bid: 1.1, ask: 1.1002 };

describe('a tick to be sent', () => {
  it.each<[Record<string, unknown>, string | null]>([
    [{}, null],
    [{ last: 0, volume: 0, seq: 0, sourceId: '' }, null],
    [{ bid: 2 }, null],
    [{ symbol: '' }, 'has no symbol'],
    [{ symbol: undefined }, 'has no symbol'],
    [{ bid: Number.NaN }, 'bid is NaN'],
    [{ ask: Number.NEGATIVE_INFINITY }, 'ask is -Infinity'],
    [{ ask: undefined }, 'ask is undefined'],
    [{ bid: '1.1' }, 'bid is "1.1"'],
    [{ last: Number.NaN }, 'last is NaN'],
    [{ volume: Number.POSITIVE_INFINITY }, 'volume is Infinity'],
    [{ eventTime: 0.5 }, 'eventTime is 0.5, no whole number'],
    [{ eventTime: undefined }, 'eventTime is undefined, no whole number'],
    [{ seq: 2 ** 53 }, 'seq is 9007199254740992, no whole number'],
  ])('%j: %s', (changes, problem) => {
    expect(problemOf({ ...QUOTE, ...changes } as NewTick)).toBe(problem);
  });

  it('keeps what it has of optional fields, a 0 among them, and nothing of the tick filled before', () => {
    const tick = emptyTick();
    const whole = { ...QUOTE, last: 0, volume: 2, seq: 0, sourceId: 'desk' };
    expect(toNewTick(fillTick(tick, whole))).toEqual(whole);
    expect(toNewTick(fillTick(tick, QUOTE))).toEqual({ ...QUOTE, sourceId: 'unknown' });
  });
});
