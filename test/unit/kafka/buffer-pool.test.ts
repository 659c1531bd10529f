import { expect, test } from 'vitest';
import { BufferPool } from '../../../src/kafka/buffer-pool.ts';

test('a buffer that was given back is handed out again, the smallest that is large enough first', () => {
  const pool = new BufferPool();
  const [small, large] = [pool.take(100), pool.take(10_000)];
  pool.give(large);
  pool.give(small);
  expect(pool.take(50)).toBe(small);
  expect(pool.take(50)).toBe(large);
  expect(pool.take(50)).not.toBe(large);
});

test('none is handed out twice, and one that is too small not at all', () => {
  const pool = new BufferPool();
  const small = pool.take(100);
  pool.give(small);
  expect(pool.take(101)).not.toBe(small);
  const again = pool.take(100);
  expect(again).toBe(small);
  expect(pool.take(100)).not.toBe(again);
});

test('keeps no more than a few, and no large one', () => {
  const pool = new BufferPool();
  const huge = pool.take(2_000_000);
  pool.give(huge);
  expect(pool.take(1_000)).not.toBe(huge);
  const many = Array.from({ length: 40 }, () => pool.take(1_000));
  for (const buffer of many) pool.give(buffer);
  const again = Array.from({ length: 40 }, () => pool.take(1_000));
  expect(again.filter((buffer) => many.includes(buffer))).toHaveLength(32);
});
