import type { Command } from 'commander';
import { COMPATIBILITY_LEVELS } from '../codec/schema-rules.ts';
import { UserError } from '../errors.ts';
import { openSchemaSession, subjectNamed } from './schema-session.ts';

/** Prints the mode that new versions of a subject are held to, after setting it to `mode` where one is given. */
export async function runSchemaCompatibility(name: string, mode: string | null, command: Command): Promise<void> {
  if (mode !== null && !(COMPATIBILITY_LEVELS as readonly string[]).includes(mode)) {
    throw new UserError(`there is no compatibility mode ${mode}`, { hint: `it is one of ${COMPATIBILITY_LEVELS.join(', ')}`, exitCode: 2 });
  }
  const { context, topology, registry } = await openSchemaSession(command);
  const subject = subjectNamed(name, topology);
  const before = await registry.levelInForce(subject);
  if (mode !== null) await registry.setCompatibility(subject, mode);
  const now = mode ?? before;
  if (context.json) process.stdout.write(`${JSON.stringify({ subject, compatibility: now, before })}\n`);
  else process.stdout.write(`${subject}: ${now ?? 'none'}${mode === null || mode === before ? '' : ` (was ${before ?? 'none'})`}\n`);
}
