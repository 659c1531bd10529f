import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskStep } from '../../../src/runtime/ports.ts';
import { checkPositions } from '../checks/positions.ts';
import { between } from '../random.ts';
import type { Run } from '../run.ts';
import type { FaultCase } from './case.ts';

const STARTING: readonly TaskStep[] = ['after-fence', 'after-offset', 'after-restore'];
const COMMITTING: readonly TaskStep[] = ['before-commit', 'after-produce', 'before-end-transaction', 'after-commit'];
const AT_LEAST_ONCE: readonly TaskStep[] = ['before-commit', 'after-outputs', 'after-changelog', 'after-positions'];
/** Tasks of a worker that has them all. */
const TASKS = 6;
const KILLS_A_STEP = 2;
const MAX_LOOP_KILLS = 8;

const AT_LEAST = { guarantee: 'at_least_once' } as const;

/** A worker killed at a step of the protocol, again and again at other moments of the run. */
export const killsAtSteps: FaultCase[] = [
  ...[...STARTING, ...COMMITTING].map((step): FaultCase => ({ ...killAt(step), name: `kill@${step}`, short: true })),
  ...AT_LEAST_ONCE.map((step): FaultCase => ({ ...killAt(step), name: `alo-kill@${step}`, options: AT_LEAST })),
];

function killAt(step: TaskStep): Omit<FaultCase, 'name'> {
  return {
    about: `kill -9 of a worker at ${step}`,
    async disturb(run) {
      for (let kill = 0; kill < KILLS_A_STEP; kill++) {
        const nth = between(run.random, 1, STARTING.includes(step) ? TASKS : 10);
        const worker = run.worker({ fault: `kill@${step}:${nth}` });
        const { signal } = await worker.ended;
        if (signal === 'SIGKILL') run.faults++;
        // The second may find that the rest of the input is worked off before the step comes up so often.
        else if (kill === 0) run.problems.push(`no kill at ${step} number ${nth}: ${worker.logFile}`);
        run.problems.push(...(await checkPositions(run)));
      }
    },
  };
}

/** Two workers, each killed 200 to 800 ms after it got its partitions, and started again, until the input is worked off. */
async function killLoop(run: Run): Promise<void> {
  const crash = async () => {
    while (run.faults < MAX_LOOP_KILLS && (await run.progress()) < 1) {
      const worker = run.worker();
      await run.untilAssigned(worker);
      await sleep(between(run.random, 200, 800));
      if (worker.ending !== null) return;
      await worker.kill();
      run.faults++;
    }
  };
  await Promise.all([crash(), crash()]);
  run.problems.push(...(await checkPositions(run)));
}

export const killLoops: FaultCase[] = [
  { name: 'kill-loop', about: 'two workers killed at random', short: true, options: { minutes: 300 }, disturb: killLoop },
  { name: 'alo-kill-loop', about: 'the same, at least once', options: { minutes: 300, ...AT_LEAST }, disturb: killLoop },
  {
    name: 'poison-mix',
    about: 'two records in five are poison, and a worker is killed in a commit',
    options: { poison: 0.65 },
    disturb: killAt('before-end-transaction').disturb,
  },
];
