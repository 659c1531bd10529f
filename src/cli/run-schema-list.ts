import type { Command } from 'commander';
import { createColors } from 'picocolors';
import { TOPIC_ROLES, type Topic } from '../../topology/topics.ts';
import type { Registry } from '../codec/registry.ts';
import { packagedSchema, versionOf } from '../provision/schema-files.ts';
import { NO_VALUE } from './cells.ts';
import { openSchemaSession } from './schema-session.ts';
import { textTable } from './text-table.ts';

/** A subject as the list shows it. */
interface ListedSubject {
  readonly subject: string;
  /** Numbers of its versions, oldest first. */
  readonly versions: readonly number[];
  /** Id of the newest; null: there is none. */
  readonly id: number | null;
  /** The mode in force; null where the subject has no version and no mode yet, or the registry names none. */
  readonly compatibility: string | null;
  /** The file in schemas/; null: none of this package's. */
  readonly file: string | null;
  /** The version that the file is; null: none, or there is no file. */
  readonly file_version: number | null;
}

/** Prints the subjects of the settings, and with `all` the others too. */
export async function runSchemaList(all: boolean, command: Command): Promise<void> {
  const { context, topology, registry } = await openSchemaSession(command);
  const topics = TOPIC_ROLES.map((role) => topology.topics[role]);
  const ours = topics.map(({ subject }) => subject);
  const others = all ? (await registry.subjects()).filter((subject) => !ours.includes(subject)).sort() : [];
  const listed: ListedSubject[] = [];
  // One after the other: a shared registry may have thousands.
  for (const topic of topics) listed.push(await listedSubject(topic.subject, topic, registry));
  for (const subject of others) listed.push(await listedSubject(subject, null, registry));
  if (context.json) {
    process.stdout.write(`${JSON.stringify({ registry: registry.url, subjects: listed })}\n`);
    return;
  }
  const [head, ...rows] = textTable(
    ['subject', 'versions', 'newest id', 'compatibility', 'file', 'file is'],
    listed.map((row) => [
      row.subject,
      row.versions.length === 0 ? NO_VALUE : row.versions.join(' '),
      row.id === null ? NO_VALUE : String(row.id),
      row.compatibility ?? NO_VALUE,
      row.file ?? NO_VALUE,
      fileText(row),
    ]),
  );
  process.stdout.write(`${[createColors(context.color).bold(head!), ...rows].join('\n')}\n`);
}

async function listedSubject(subject: string, topic: Topic | null, registry: Registry): Promise<ListedSubject> {
  const versions = await registry.versions(subject);
  const packaged = topic === null ? null : packagedSchema(topic);
  return {
    subject,
    versions: versions.map(({ version }) => version),
    id: versions.at(-1)?.id ?? null,
    compatibility: versions.length === 0 ? null : await registry.levelInForce(subject),
    file: packaged?.file ?? null,
    file_version: packaged === null ? null : (versionOf(packaged.schema, versions)?.version ?? null),
  };
}

function fileText({ file, file_version: version, versions }: ListedSubject): string {
  if (file === null) return NO_VALUE;
  if (version !== null) return `version ${version}`;
  return versions.length === 0 ? 'not registered' : 'changed';
}
