import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ContainerLog } from '../../../src/testcontainers/container-log.ts';

it('a log gives every line on, keeps the last ones, and says when the container has ended', async () => {
  const lines: string[] = [];
  const log = new ContainerLog((line) => void lines.push(line));
  expect(log.tail()).toBe('  | (the log is empty)');
  expect(log.isFollowed).toBe(false);
  const stream = new PassThrough();
  log.follow(stream);
  // As Docker sends it: lines are cut and joined anywhere.
  stream.write('one\ntw');
  stream.write('o\nthree');
  await expect.poll(() => lines).toEqual(['one', 'two']);
  expect(log.isOpen).toBe(true);
  stream.write(`\n${Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join('')}last words`);
  stream.end();
  await log.end;
  expect([log.isFollowed, log.isOpen]).toEqual([true, false]);
  expect(lines).toHaveLength(3 + 30 + 1);
  const tail = log.tail().split('\n');
  expect(tail).toHaveLength(20);
  expect(tail.at(-1)).toBe('  | last words');
});
