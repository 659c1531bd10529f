import type { Command } from 'commander';
import { buildTopology, type Topology } from '../../topology/fx.ts';
import { TOPIC_ROLES, type Topic } from '../../topology/topics.ts';
import { type RegisteredSchema, Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { loadRegistryContext, type RegistryContext } from './context.ts';

/** What the schema commands work with. */
export interface SchemaSession {
  readonly context: RegistryContext;
  readonly topology: Topology;
  readonly registry: Registry;
}

/** Reads the settings; connects to nothing yet. */
export async function openSchemaSession(command: Command): Promise<SchemaSession> {
  const context = await loadRegistryContext(command);
  return { context, topology: buildTopology(context.settings), registry: new Registry(context.registryConnection) };
}

/** The topic that is meant by its role, its name or its subject; null where the settings have none such. */
export function topicNamed(name: string, { topics }: Topology): Topic | null {
  return TOPIC_ROLES.map((role) => topics[role]).find((topic) => [topic.role, topic.name, topic.subject].includes(name)) ?? null;
}

/** The subject that is meant: that of a topic of the settings, else what was given. */
export function subjectNamed(name: string, topology: Topology): string {
  return topicNamed(name, topology)?.subject ?? name;
}

/** The version of that number, null: the newest. Throws UserError (exit code 2) where there is none. */
export function versionNumbered(subject: string, versions: readonly RegisteredSchema[], number: number | null): RegisteredSchema {
  const found = number === null ? versions.at(-1) : versions.find(({ version }) => version === number);
  if (found !== undefined) return found;
  const hint = versions.length === 0 ? 'arbitrex schema list --all shows what there is' : `it has ${numbers(versions)}`;
  const what = versions.length === 0 ? `the registry has no subject ${subject}` : `subject ${subject} has no version ${number}`;
  throw new UserError(what, { hint, exitCode: 2 });
}

function numbers(versions: readonly RegisteredSchema[]): string {
  return `${versions.length === 1 ? 'version' : 'versions'} ${versions.map(({ version }) => version).join(', ')}`;
}
