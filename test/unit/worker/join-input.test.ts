import { expect, test } from 'vitest';
import { JoinInput } from '../../../src/worker/join-input.ts';

test('before anything is known there is no position to save', () => {
  expect(new JoinInput(3, [0]).savedPosition).toBeNull();
});

test('a successor begins at the first record whose T has not gone out', () => {
  const input = new JoinInput(3, [0, 1]);
  input.position = 10;
  expect(input.savedPosition).toBe(10);
  input.delivered(10, 1_000);
  input.delivered(12, 2_000);
  input.delivered(13, 1_000);
  input.delivered(15, 3_000);
  input.position = 16;
  expect(input.savedPosition).toBe(10);

  // The record of T 1,000 at offset 13 lies behind one that still waits: it is read again.
  input.emitted(1_000);
  expect(input.savedPosition).toBe(12);
  input.emitted(2_000);
  expect(input.savedPosition).toBe(15);
});

test('where all has gone out it begins where this one stands, over control records and other timeframes too', () => {
  const input = new JoinInput(3, [0]);
  input.delivered(10, 1_000);
  input.position = 40;
  input.emitted(Number.NEGATIVE_INFINITY);
  expect(input.savedPosition).toBe(10);
  input.emitted(1_000);
  expect(input.savedPosition).toBe(40);
});
