import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { inspectState } from '../clients/inspect-state.ts';
import { Registry } from '../codec/registry.ts';
import { loadContext } from './context.ts';
import { renderState, summaryOf } from './state-table.ts';

/** Prints what the changelogs hold: of a symbol, a join, or (null) everything. */
export async function runStateInspect(target: string | null, command: Command): Promise<void> {
  const { settings, suffix, connection, registryConnection, log, json, color } = await loadContext(command);
  const topology = buildTopology(settings, suffix);
  const found = await inspectState({ settings, topology, connection, registry: new Registry(registryConnection), log, target });
  if (json) process.stdout.write(`${JSON.stringify({ summary: summaryOf(found), ...found })}\n`);
  else process.stdout.write(`${renderState(found, color)}\n`);
}
