import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../random.ts';
import type { Run } from '../run.ts';
import type { FaultCase } from './case.ts';

const ROUNDS = 3;

/** 1 → 3 → 1 workers, again and again, each leaving in the midst of its commits. */
async function joinAndLeave(run: Run): Promise<void> {
  const first = run.worker();
  await run.untilAssigned(first);
  for (let round = 0; round < ROUNDS && first.ending === null; round++) {
    const others = [run.worker(), run.worker()];
    for (const other of others) await run.untilAssigned(other);
    await sleep(between(run.random, 50, 400));
    for (const other of others) {
      other.signal('SIGTERM');
      run.faults++;
    }
    for (const other of others) await run.untilEnded(other);
  }
  await run.untilEnded(first);
}

export const handovers: FaultCase[] = [
  { name: 'handover', about: 'workers join and leave in a loop, 1 → 3 → 1', options: { minutes: 300 }, disturb: joinAndLeave },
  {
    name: 'alo-handover',
    about: 'the same, at least once',
    options: { minutes: 300, guarantee: 'at_least_once' },
    disturb: joinAndLeave,
  },
];
