import { RegistryOutage } from '../codec/errors.ts';
import type { Registry } from '../codec/registry.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { SchemaFile } from './schema-files.ts';

/** What became of a schema file. */
export interface SchemaRegistration {
  readonly subject: string;
  readonly file: string;
  readonly id: number;
  readonly version: number;
  /** False where it was a version already. */
  readonly created: boolean;
}

/**
 * Makes a schema that was checked a version of its subject, where it is none; a new subject is given its level first. Throws UserError where
 * the registry refuses it after all.
 */
export async function registerSchema(
  { topic, file, schema }: SchemaFile,
  check: SchemaCheck,
  registry: Registry,
): Promise<SchemaRegistration> {
  const { subject, compatibility } = topic;
  if (check.versions === 0) await registry.setCompatibility(subject, compatibility);
  const id = await registry.register(subject, schema);
  const found = await registry.lookUp(subject, schema);
  if (found === null) throw new RegistryOutage(`${registry.url} does not find the schema of subject ${subject} that it gave id ${id}`);
  return { subject, file, id, version: found.version, created: check.status !== 'registered' };
}
