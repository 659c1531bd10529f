import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { tailOfFile } from './logs.ts';
import { isAlive } from './processes.ts';
import type { ProcessRef } from './types.ts';

const POLL_INTERVAL_MS = 50;

/** A service that is starting, however it is run. */
export interface AwaitedService {
  /** Its name in messages. */
  name: string;
  /** What runs it, in messages: its process, its container. */
  runner: string;
  isRunning: () => boolean;
  /** Whether it answers now. */
  answers: () => Promise<boolean>;
  timeoutMs: number;
  /** Its last log lines, indented to stand below a message. */
  logTail: () => string;
  /** Where to read on; undefined where there is nothing more. */
  hint?: string;
}

/** Resolves once a service answers. Throws UserError, with its last log lines, where what runs it ends first or it does not answer in time. */
export async function untilItAnswers(service: AwaitedService): Promise<void> {
  const end = performance.now() + service.timeoutMs;
  for (;;) {
    // Asked before the answer: another's answer on the same port must not stand for a service that has died.
    if (!service.isRunning()) throw startFailure(service, `its ${service.runner} ended`);
    if (await service.answers()) return;
    if (performance.now() > end) throw startFailure(service, `no answer within ${Math.round(service.timeoutMs / 1000)} s`);
    await sleep(POLL_INTERVAL_MS);
  }
}

function startFailure({ name, logTail, hint }: AwaitedService, what: string): UserError {
  return new UserError(`${name} did not start: ${what}. The end of its log:\n${logTail()}`, hint === undefined ? {} : { hint });
}

/** A service that is starting as a process of ours. */
export interface Starting extends Pick<AwaitedService, 'name' | 'answers' | 'timeoutMs'> {
  process: ProcessRef | null;
  logFile: string;
}

/** The same for a process of ours; null is one that could not be started. */
export async function waitUntilItAnswers({ process, logFile, ...starting }: Starting): Promise<void> {
  await untilItAnswers({
    ...starting,
    runner: 'process',
    isRunning: () => process !== null && isAlive(process),
    logTail: () => tailOfFile(logFile),
    hint: `The whole log: ${logFile}`,
  });
}
