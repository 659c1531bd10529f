import { catchup } from './catchup.ts';
import { kernels } from './kernels.ts';
import { latency } from './latency.ts';
import type { BenchCommand } from './lib/command.ts';
import { peers } from './peers.ts';

/** Every benchmark, in the order of the help. */
export const COMMANDS: readonly BenchCommand[] = [catchup, latency, peers, kernels];
