import { brokers } from './brokers.ts';
import type { FaultCase } from './case.ts';
import { clusters } from './clusters.ts';
import { disks } from './disks.ts';
import { handovers } from './handovers.ts';
import { killLoops, killsAtSteps } from './kills.ts';
import { registries } from './registries.ts';
import { states } from './states.ts';
import { zombies } from './zombies.ts';

const undisturbed: FaultCase = {
  name: 'undisturbed',
  about: 'nothing: what the others are compared with',
  short: true,
  async disturb() {},
};

/** Every case, those of one cluster after the other. */
export const CASES: readonly FaultCase[] = [
  undisturbed,
  ...killsAtSteps,
  ...killLoops,
  ...zombies,
  ...handovers,
  ...states,
  ...registries,
  ...brokers,
  ...clusters,
  ...disks,
];
