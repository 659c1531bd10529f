/**
 * The items of a source until `signal` is aborted. It does not wait for a source that has nothing to give (a silent pipe): that one is told to
 * end, and left behind.
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let abort: () => void = () => {};
  const onAbort = (): void => abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    while (signal?.aborted !== true) {
      // No Promise.race: with one promise of the abort for all items, every item would stay in memory.
      const result = await new Promise<IteratorResult<T> | null>((resolve, reject) => {
        abort = () => resolve(null);
        iterator.next().then(resolve, reject);
      });
      if (result === null || result.done === true) return;
      yield result.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Waiting for the end of a source that is stuck would be waiting for its next item after all.
    void iterator.return?.().catch(() => {});
  }
}
