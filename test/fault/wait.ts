import { setTimeout as sleep } from 'node:timers/promises';

/** How long a condition may take where nothing else is said, ms: long, for the machine may be busy with other things. */
const LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Resolves once `isTrue`; throws after `limitMs`, saying what was waited for. */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean, limitMs: number = LIMIT_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1_000} s in vain until ${what}`);
    await sleep(POLL_MS);
  }
}
