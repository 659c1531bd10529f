import type { TaskStep } from '../../../src/runtime/ports.ts';
import { between } from '../random.ts';
import type { Run } from '../run.ts';
import { until } from '../wait.ts';
import type { FaultCase } from './case.ts';

const STEPS: readonly TaskStep[] = ['before-end-transaction', 'after-produce', 'before-commit', 'after-restore', 'after-offset'];

/** A worker freezes in the middle of a step for longer than its session; its successor is at work, or done, when it wakes. */
async function zombie(run: Run, steps: readonly TaskStep[], isSuccessorDone: boolean): Promise<void> {
  const step = steps[run.options.seed % steps.length]!;
  const frozen = run.worker({ fault: `stop@${step}:${between(run.random, 2, 6)}`, name: '-zombie' });
  await until('the worker has stopped', () => frozen.isFrozen || frozen.ending !== null);
  run.faults++;
  const before = await run.progress();
  const successor = run.worker({ name: '-successor' });
  if (isSuccessorDone) await run.untilEnded(successor);
  else await until('the successor is at work', async () => successor.ending !== null || (await run.progress()) > before);
  frozen.signal('SIGCONT');
  await run.untilEnded(frozen);
  await run.untilEnded(successor);
}

/** Frozen workers that wake up. */
export const zombies: FaultCase[] = [
  {
    name: 'zombie',
    about: 'SIGSTOP in a step past the session timeout, a successor works, SIGCONT',
    short: true,
    options: { minutes: 250 },
    disturb: (run) => zombie(run, STEPS, false),
  },
  {
    name: 'zombie-late',
    about: 'the same, and the successor has done everything',
    disturb: (run) => zombie(run, STEPS, true),
  },
];
