import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryOutage } from './errors.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Repeats `attempt`, with growing pauses, for as long as the registry does not answer: an outage says nothing about any record. Resolves with
 * what an attempt gave; with undefined, at once, when `signal` says that nobody waits for it any more: an attempt under way is left behind.
 * `onOutage` hears of every failure.
 */
export async function throughOutage<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal | undefined,
  onOutage: (outage: RegistryOutage, retryInMs: number) => void,
): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const end = (): void => over.resolve(undefined);
  signal?.addEventListener('abort', end, { once: true });
  try {
    for (let pauseMs = FIRST_PAUSE_MS; signal?.aborted !== true; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await Promise.race([attempt(), over.promise]);
      } catch (error) {
        if (!(error instanceof RegistryOutage)) throw error;
        onOutage(error, pauseMs);
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
