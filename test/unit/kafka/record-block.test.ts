import { expect, test } from 'vitest';
import { RecordBlock } from '../../../src/kafka/record-block.ts';

const NO_HEADERS = () => [];

function blockOf(...values: string[]): RecordBlock {
  const block = new RecordBlock(Buffer.from(values.join('')), NO_HEADERS);
  let at = 0;
  for (const [offset, value] of values.entries()) {
    block.reserve(1);
    block.add(offset, 10 * offset, -1, -1, at, at + value.length, -1);
    at += value.length;
  }
  return block;
}

const valuesOf = (block: RecordBlock) => [...block].map(({ value }) => String(value));

test('records are made into objects one by one, as views of the same bytes', () => {
  const block = blockOf('a', 'bc', '', 'def');
  expect([...block].map(({ offset, timestamp, key, value }) => [offset, timestamp, key, String(value)])).toEqual([
    [0, 0, null, 'a'],
    [1, 10, null, 'bc'],
    [2, 20, null, ''],
    [3, 30, null, 'def'],
  ]);
  expect(block.at(3).value!.buffer).toBe(block.bytes.buffer);
});

test('bytes laid behind the others leave positions as they were', () => {
  const block = blockOf('abc');
  for (let i = 0; i < 10; i++) {
    const start = block.append(Buffer.from(`more${i}`));
    block.reserve(1);
    block.add(i + 1, 0, -1, -1, start, start + 5, -1);
  }
  expect(valuesOf(block)).toEqual(['abc', ...Array.from({ length: 10 }, (_, i) => `more${i}`)]);
});

test('a released block is empty, and what it had is not seen by the next, nor the next by a block that is still used', () => {
  const [first, kept] = [blockOf('1', '2', '3'), blockOf('x', 'y')];
  first.release();
  first.release();
  expect([first.length, valuesOf(first)]).toEqual([0, []]);
  const later = [blockOf('4'), blockOf('5', '6'), blockOf('7', '8', '9')];
  expect(later.map(valuesOf)).toEqual([['4'], ['5', '6'], ['7', '8', '9']]);
  expect(valuesOf(kept)).toEqual(['x', 'y']);
});
