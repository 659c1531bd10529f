import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryMood } from '../platform/registry-proxy.ts';
import { between } from '../random.ts';
import { until } from '../wait.ts';
import type { FaultCase } from './case.ts';

/** What a worker that waits to start logs. */
const WAITS = '"what":"registering the schemas"';
const MOODS: readonly RegistryMood[] = ['refusing', 'failing', 'silent', 'slow'];

/** The registry fails while a schema is needed that nobody has looked up yet. Work stalls and resumes; nothing is dead-lettered for it. */
export const registries: FaultCase[] = [
  ...MOODS.map(
    (mood): FaultCase => ({
      name: `registry-${mood}`,
      about: `the registry is ${mood} when a new schema id comes up`,
      short: mood === 'failing',
      options: { hasLaterSchema: true },
      async disturb(run) {
        const worker = run.worker();
        await run.untilAssigned(worker);
        run.world.registry.mood = mood;
        const before = run.world.registry.disturbed;
        await sleep(between(run.random, 2_000, 5_000));
        run.world.registry.mood = 'well';
        run.faults += run.world.registry.disturbed - before;
        await run.untilEnded(worker);
        if (run.faults === 0) run.problems.push('nobody asked the registry while it was out of order');
      },
    }),
  ),
  {
    name: 'registry-down-at-start',
    about: 'the registry is down when a worker starts: it says so, waits, and works when the registry is back',
    short: true,
    async disturb(run) {
      run.world.registry.mood = run.random() < 0.5 ? 'refusing' : 'failing';
      const worker = run.worker();
      await until(`${worker.logFile} says that it waits`, () => worker.ending !== null || worker.hasLogged(WAITS));
      await sleep(between(run.random, 500, 3_000));
      run.world.registry.mood = 'well';
      run.faults++;
      if (!worker.hasLogged(WAITS)) run.problems.push(`no clear word of the registry: ${worker.logFile}`);
      await run.untilEnded(worker);
      if ((await run.progress()) < 1) run.problems.push(`the worker that waited has not worked off the input: ${worker.logFile}`);
    },
  },
];
