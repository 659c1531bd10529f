import { expect, it } from 'vitest';
import type { ControlState } from '../../../src/codec/generated/records.ts';
import { HaltBook } from '../../../src/ops/halt-book.ts';

function state(halted: boolean, requested_at: number, reason: string | null = null): ControlState {
  return { halted, reason, requested_by: 'me@here', requested_at };
}

it('the newest record of a target holds, and says whether it changed anything', () => {
  const book = new HaltBook();
  expect(book.apply('EURUSD', state(true, 1, 'crossed'))).toBe(true);
  expect(book.apply('EURUSD', state(true, 2, 'still crossed'))).toBe(false);
  expect(book.of('EURUSD')).toEqual({ target: 'EURUSD', reason: 'still crossed', requestedBy: 'me@here', requestedAt: 2 });
  expect(book.apply('EURUSD', state(false, 3))).toBe(true);
  expect(book.apply('EURUSD', state(false, 4))).toBe(false);
  expect(book.of('EURUSD')).toBeNull();
});

it('a deleted record resumes', () => {
  const book = new HaltBook();
  book.apply('*', state(true, 1));
  expect(book.apply('*', null)).toBe(true);
  expect(book.all()).toEqual([]);
});

it('halts are listed in the order they were asked for', () => {
  const book = new HaltBook();
  for (const [target, at] of [
    ['C', 2],
    ['B', 1],
    ['A', 2],
  ] as const)
    book.apply(target, state(true, at));
  expect(book.all().map(({ target }) => target)).toEqual(['B', 'A', 'C']);
});
