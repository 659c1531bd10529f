import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryOutage } from './errors.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Repeats `attempt`, with growing pauses, for as long as the registry does not answer: an outage says nothing about any record. Resolves when
 * an attempt does, or when `isOver` says that nobody waits for it any more. `onOutage` hears of every failure.
 */
export async function throughOutage(
  attempt: () => Promise<void>,
  isOver: () => boolean,
  onOutage: (outage: RegistryOutage, retryInMs: number) => void,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !isOver(); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RegistryOutage)) throw error;
      onOutage(error, pauseMs);
      await sleep(pauseMs);
    }
  }
}
