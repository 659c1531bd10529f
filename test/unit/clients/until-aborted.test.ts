import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../../src/clients/until-aborted.ts';

/** Gives the items, then has nothing to give for ever. */
async function* silentAfter<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
  await new Promise(() => {});
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('a source read until an abort', () => {
  it('is read to its end where nobody aborts', async () => {
    async function* source(): AsyncGenerator<number> {
      yield* [1, 2, 3];
    }
    expect(await all(untilAborted(source(), new AbortController().signal))).toEqual([1, 2, 3]);
    expect(await all(untilAborted(source(), undefined))).toEqual([1, 2, 3]);
  });

  it('is left though it has nothing to give', async () => {
    const stopping = new AbortController();
    const seen: number[] = [];
    for await (const item of untilAborted(silentAfter(1, 2), stopping.signal)) {
      seen.push(item);
      if (item === 2) setImmediate(() => stopping.abort());
    }
    expect(seen).toEqual([1, 2]);
  });

  it('is not begun after an abort', async () => {
    expect(await all(untilAborted(silentAfter(1), AbortSignal.abort()))).toEqual([]);
  });

  it('fails as the source does', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('disk gone');
    }
    await expect(all(untilAborted(failing(), new AbortController().signal))).rejects.toThrow('disk gone');
  });
});
