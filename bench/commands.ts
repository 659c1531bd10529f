import { catchup } from './catchup.ts';
import { kernels } from './kernels.ts';
import { latency } from './latency.ts';
import type { BenchCommand } from './lib/command.ts';
import { memory } from './memory.ts';
import { peers } from './peers.ts';
import { recovery } from './recovery.ts';
import { scale } from './scale.ts';

/** Every benchmark, in the order of the help. */
export const COMMANDS: readonly BenchCommand[] = [catchup, latency, kernels, memory, recovery, scale, peers];
