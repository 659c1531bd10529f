import { setTimeout as sleep } from 'node:timers/promises';
import { protocolErrorType } from './internals.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** A broker that has just started, or just created a topic, denies for a moment that the topic exists. A topic that stays away that long is not there. */
const UNKNOWN_TOPIC_LIMIT_MS = 3_000;

/** kafkajs marks these as final because its own retries ran out, or no broker that it knew could be asked; the cluster may come back all the same. */
const FINAL_FOR_KAFKAJS_ONLY = new Set(['KafkaJSNumberOfRetriesExceeded', 'KafkaJSLockTimeout', 'KafkaJSGroupCoordinatorNotFound']);

/** How long to wait before attempt number `attempt` + 1, ms; `attempt` counts from 1. */
export function pauseMs(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

/** Whether asking again may help: a lost connection, an election, a coordinator that is loading. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('retriable' in error && error.retriable === true) || FINAL_FOR_KAFKAJS_ONLY.has(error.name);
}

/** Runs `attempt` until it succeeds, fails for good, or `limitMs` have passed; throws its last error. An aborted `signal` ends the waiting. */
export async function retryTransient<T>(attempt: () => Promise<T>, limitMs: number, signal?: AbortSignal): Promise<T> {
  const start = performance.now();
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const limit = protocolErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION' ? Math.min(limitMs, UNKNOWN_TOPIC_LIMIT_MS) : limitMs;
      if (signal?.aborted || !isTransient(error) || performance.now() - start >= limit) throw error;
      await sleep(pauseMs(attempts), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
