import type { Command } from 'commander';
import { createColors } from 'picocolors';
import { parseAvroSchema, typeText } from '../codec/avro-schema.ts';
import { NO_VALUE } from './cells.ts';
import { openSchemaSession, subjectNamed, versionNumbered } from './schema-session.ts';
import { textTable } from './text-table.ts';

/** Prints one version of a subject; null: the newest. */
export async function runSchemaShow(name: string, number: number | null, command: Command): Promise<void> {
  const { context, topology, registry } = await openSchemaSession(command);
  const subject = subjectNamed(name, topology);
  const { id, version, schema } = versionNumbered(subject, await registry.versions(subject), number);
  const compatibility = await registry.levelInForce(subject);
  if (context.json) {
    process.stdout.write(`${JSON.stringify({ subject, version, id, compatibility, schema })}\n`);
    return;
  }
  const { bold } = createColors(context.color);
  const lines = [bold(`subject ${subject}, version ${version}, id ${id}${compatibility === null ? '' : `, ${compatibility}`}`)];
  const parsed = parseAvroSchema(schema);
  if (parsed.kind === 'record') {
    const rows = parsed.fields.map((field) => [
      field.name,
      typeText(field.type),
      field.hasDefault ? JSON.stringify(field.default) : NO_VALUE,
    ]);
    lines.push(typeText(parsed), '', ...textTable(['field', 'type', 'default'], rows));
  } else lines.push(typeText(parsed));
  process.stdout.write(`${lines.join('\n')}\n`);
}
