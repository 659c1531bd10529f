import { expect, test } from 'vitest';
import { FRAMES } from '../../../src/kafka/frame-pool.ts';
import { RecordBlock } from '../../../src/kafka/record-block.ts';
import { SharedFrame } from '../../../src/kafka/shared-frame.ts';

const LARGE = 300_000;
const block = (bytes: Buffer) => new RecordBlock(bytes, () => []);

test('memory that was given back, by any part of it, serves a later message; nothing is given back twice', () => {
  const frame = FRAMES.take(LARGE);
  FRAMES.giveBack(frame.subarray(100, 200));
  FRAMES.giveBack(frame);
  const [next, other] = [FRAMES.take(LARGE - 50_000), FRAMES.take(LARGE - 50_000)];
  expect(next.buffer).toBe(frame.buffer);
  expect(next.length).toBe(LARGE - 50_000);
  expect(other.buffer).not.toBe(frame.buffer);
});

test('memory from elsewhere is not taken in: others may use it', () => {
  const foreign = Buffer.allocUnsafeSlow(LARGE);
  FRAMES.giveBack(foreign);
  expect(FRAMES.take(LARGE).buffer).not.toBe(foreign.buffer);
});

test('an answer’s memory is given back once the records of all its partitions are released, in any order', () => {
  const frame = FRAMES.take(LARGE);
  const shared = new SharedFrame();
  const [first, second] = [block(frame), block(frame)];
  shared.addUser(frame, first);
  first.release();
  shared.addUser(frame, second);
  shared.seal();
  const meanwhile = FRAMES.take(LARGE);
  expect(meanwhile.buffer).not.toBe(frame.buffer);
  second.release();
  second.release();
  expect(FRAMES.take(LARGE).buffer).toBe(frame.buffer);
  expect(FRAMES.take(LARGE).buffer).not.toBe(frame.buffer);
});
