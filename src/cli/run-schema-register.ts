import type { Command } from 'commander';
import type { LintRule } from '../codec/schema-rules.ts';
import { checkSchema } from '../provision/schema-check.ts';
import { schemaFiles } from '../provision/schema-files.ts';
import { registerSchema, type SchemaRegistration } from '../provision/schema-register.ts';
import { checkLines } from './schema-report.ts';
import { openSchemaSession } from './schema-session.ts';

/** Registers schemas that pass the check; if one does not, registers none, prints why, and ends with exit code 1. */
export async function runSchemaRegister(names: readonly string[], ignored: readonly LintRule[], command: Command): Promise<void> {
  const { context, topology, registry } = await openSchemaSession(command);
  const files = schemaFiles(names, topology);
  const checks = await Promise.all(files.map((file) => checkSchema(file, registry, ignored)));
  const refused = checks.filter(({ status }) => status === 'refused');
  const registered: SchemaRegistration[] = [];
  if (refused.length > 0) process.exitCode = 1;
  else for (const [i, file] of files.entries()) registered.push(await registerSchema(file, checks[i]!, registry));
  if (context.json) {
    process.stdout.write(`${JSON.stringify({ ok: refused.length === 0, registered, refused })}\n`);
    return;
  }
  const lines = refused.flatMap((check) => checkLines(check, context.color));
  for (const { file, subject, version, id, created } of registered) {
    lines.push(`${created ? 'registered' : 'unchanged'}  ${file} as subject ${subject}: version ${version}, id ${id}`);
  }
  if (refused.length > 0) lines.push('nothing was registered');
  process.stdout.write(`${lines.join('\n')}\n`);
}
