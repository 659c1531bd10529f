import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { tailOfFile } from './logs.ts';
import { isAlive } from './processes.ts';
import type { ProcessRef } from './types.ts';

const POLL_INTERVAL_MS = 50;

/** A service that is starting. */
export interface Starting {
  /** Its name in messages. */
  name: string;
  process: ProcessRef | null;
  logFile: string;
  /** Whether it answers now. */
  answers: () => Promise<boolean>;
  timeoutMs: number;
}

/** Resolves once a service answers. Throws UserError, with its last log lines, where its process ends first or it does not answer in time. */
export async function waitUntilItAnswers(starting: Starting): Promise<void> {
  const end = performance.now() + starting.timeoutMs;
  for (;;) {
    // Asked before the answer: another's answer on the same port must not stand for a process that has died.
    const alive = starting.process !== null && isAlive(starting.process);
    if (!alive) throw startFailure(starting, 'its process ended');
    if (await starting.answers()) return;
    if (performance.now() > end) throw startFailure(starting, `no answer within ${Math.round(starting.timeoutMs / 1000)} s`);
    await sleep(POLL_INTERVAL_MS);
  }
}

function startFailure(starting: Starting, what: string): UserError {
  return new UserError(`${starting.name} did not start: ${what}. The end of its log:\n${tailOfFile(starting.logFile)}`, {
    hint: `The whole log: ${starting.logFile}`,
  });
}
