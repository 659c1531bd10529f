import type { Command } from 'commander';
import type { LintRule } from '../codec/schema-rules.ts';
import { checkSchema } from '../provision/schema-check.ts';
import { schemaFiles } from '../provision/schema-files.ts';
import { checkLines } from './schema-report.ts';
import { openSchemaSession } from './schema-session.ts';

/** Prints whether the schemas may be registered and why not; exit code 1 where one may not. */
export async function runSchemaCheck(names: readonly string[], ignored: readonly LintRule[], command: Command): Promise<void> {
  const { context, topology, registry } = await openSchemaSession(command);
  const checks = await Promise.all(schemaFiles(names, topology).map((file) => checkSchema(file, registry, ignored)));
  const refused = checks.filter(({ status }) => status === 'refused').length;
  if (refused > 0) process.exitCode = 1;
  if (context.json) {
    process.stdout.write(`${JSON.stringify({ ok: refused === 0, schemas: checks })}\n`);
    return;
  }
  const summary = `${checks.length} ${checks.length === 1 ? 'schema' : 'schemas'} checked: ${refused === 0 ? 'all may be registered' : `${refused} refused`}`;
  process.stdout.write(`${[...checks.flatMap((check) => checkLines(check, context.color)), summary].join('\n')}\n`);
}
