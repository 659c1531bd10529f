import type { Command } from 'commander';
import { registerReplay } from './replay.ts';
import { registerReset } from './reset.ts';
import { registerRun } from './run.ts';
import { registerTopology } from './topology.ts';

/** Every command, under the heading it has in the help. A command's file imports what is heavy inside its action only. */
const COMMANDS: readonly { readonly heading: string; readonly register: readonly ((program: Command) => void)[] }[] = [
  { heading: 'Topology:', register: [registerTopology, registerReset] },
  { heading: 'Pipeline:', register: [registerRun, registerReplay] },
];

/** Adds every command to the program. */
export function registerCommands(program: Command): void {
  for (const { heading, register } of COMMANDS) {
    program.commandsGroup(heading);
    for (const add of register) add(program);
  }
}
