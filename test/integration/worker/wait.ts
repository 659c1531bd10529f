import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;
/** Far beyond what anything here takes: what has not happened by then never will. */
const LIMIT_MS = 60_000;

/** Waits for a condition; throws, naming it, where it does not come. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(POLL_MS);
  }
}
