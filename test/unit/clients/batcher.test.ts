import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batcher, type BatchLimits } from '../../../src/clients/batcher.ts';

const LIMITS: BatchLimits = { maxItems: 3, maxBytes: 100, lingerMs: 10 };

/** A Kafka that acknowledges, or fails, a batch when the test says so. */
class Sends {
  readonly batches: (readonly string[])[] = [];
  readonly #ends: { resolve: () => void; reject: (error: Error) => void }[] = [];

  readonly send = (items: readonly string[]): Promise<void> => {
    this.batches.push(items);
    return new Promise((resolve, reject) => void this.#ends.push({ resolve, reject }));
  };

  acknowledge(): void {
    this.#ends.shift()!.resolve();
  }

  fail(message: string): void {
    this.#ends.shift()!.reject(new Error(message));
  }
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.then(
    () => (pending = false),
    () => (pending = false),
  );
  await vi.advanceTimersByTimeAsync(0);
  return pending;
}

let sends: Sends;
let batcher: Batcher<string>;

beforeEach(() => {
  vi.useFakeTimers();
  sends = new Sends();
  batcher = new Batcher(LIMITS, sends.send);
});
afterEach(() => void vi.useRealTimers());

describe('a batch', () => {
  it('is sent by itself when its first item has waited lingerMs', async () => {
    batcher.add('a', 1);
    await vi.advanceTimersByTimeAsync(9);
    batcher.add('b', 1);
    expect(sends.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sends.batches).toEqual([['a', 'b']]);
  });

  it('is full by number or by bytes', () => {
    batcher.add('a', 99);
    expect(batcher.isFull).toBe(false);
    batcher.add('b', 1);
    expect(batcher.isFull).toBe(true);
  });

  it('waits for the one before, and makes its caller wait once it is full too', async () => {
    for (const item of ['a', 'b', 'c']) batcher.add(item, 1);
    await batcher.hasRoom();
    for (const item of ['d', 'e', 'f']) batcher.add(item, 1);
    const room = batcher.hasRoom();
    expect(await isPending(room)).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sends.batches).toEqual([['a', 'b', 'c']]);
    sends.acknowledge();
    await room;
    expect(sends.batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });

  it('that is overdue follows as soon as the one before is acknowledged', async () => {
    batcher.add('a', 1);
    await vi.advanceTimersByTimeAsync(10);
    batcher.add('b', 1);
    await vi.advanceTimersByTimeAsync(10);
    expect(sends.batches).toEqual([['a']]);
    sends.acknowledge();
    await vi.advanceTimersByTimeAsync(0);
    expect(sends.batches).toEqual([['a'], ['b']]);
  });
});

describe('flushing', () => {
  it('sends what waits at once and ends when all is acknowledged', async () => {
    batcher.add('a', 1);
    const flushed = batcher.flush();
    expect(sends.batches).toEqual([['a']]);
    expect(await isPending(flushed)).toBe(true);
    sends.acknowledge();
    await flushed;
  });

  it('has nothing to do where nothing was taken', async () => {
    await batcher.flush();
    expect(sends.batches).toEqual([]);
  });
});

describe('after a failed batch', () => {
  it('everything says so and nothing more is sent, though nobody was waiting when it failed', async () => {
    batcher.add('a', 1);
    await vi.advanceTimersByTimeAsync(10);
    batcher.add('b', 1);
    sends.fail('fenced');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(() => batcher.add('c', 1)).toThrow('fenced');
    await expect(batcher.flush()).rejects.toThrow('fenced');
    expect(sends.batches).toEqual([['a']]);
  });

  it('who waits for room is told', async () => {
    for (const item of ['a', 'b', 'c']) batcher.add(item, 1);
    await batcher.hasRoom();
    for (const item of ['d', 'e', 'f']) batcher.add(item, 1);
    const room = batcher.hasRoom();
    sends.fail('fenced');
    await expect(room).rejects.toThrow('fenced');
  });
});
