import type { Command } from 'commander';
import { registerConsume } from './consume.ts';
import { registerDemo } from './demo.ts';
import { registerDown } from './down.ts';
import { registerExport } from './export.ts';
import { registerFeatures } from './features.ts';
import { registerHalt } from './halt.ts';
import { registerMatrix } from './matrix.ts';
import { registerProduce } from './produce.ts';
import { registerReplay } from './replay.ts';
import { registerReset } from './reset.ts';
import { registerResume } from './resume.ts';
import { registerRun } from './run.ts';
import { registerSchema } from './schema.ts';
import { registerState } from './state.ts';
import { registerStatus } from './status.ts';
import { registerTopology } from './topology.ts';
import { registerTrace } from './trace.ts';
import { registerUp } from './up.ts';

/** Every command, under the heading it has in the help. A command's file imports what is heavy inside its action only. */
const COMMANDS: readonly { readonly heading: string; readonly register: readonly ((program: Command) => void)[] }[] = [
  { heading: 'Begin here:', register: [registerDemo] },
  { heading: 'Local platform:', register: [registerUp, registerDown, registerStatus] },
  { heading: 'Topology:', register: [registerTopology, registerSchema, registerReset] },
  { heading: 'Pipeline:', register: [registerProduce, registerRun, registerConsume, registerMatrix, registerReplay] },
  { heading: 'Where numbers come from:', register: [registerTrace, registerExport, registerFeatures] },
  { heading: 'Operations:', register: [registerHalt, registerResume, registerState] },
];

/** Adds every command to the program. */
export function registerCommands(program: Command): void {
  for (const { heading, register } of COMMANDS) {
    program.commandsGroup(heading);
    for (const add of register) add(program);
  }
}
