import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Topology } from '../../topology/fx.ts';
import { canonicalJson } from '../../topology/settings-hash.ts';
import { TOPIC_ROLES, type Topic } from '../../topology/topics.ts';
import { avroType } from '../codec/avro-type.ts';
import type { RegisteredSchema } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { packageRoot } from '../paths.ts';

/** A schema of the working copy, and the topic whose values it is for. */
export interface SchemaFile {
  readonly topic: Topic;
  /** As messages name it. */
  readonly file: string;
  readonly schema: object;
}

/** The schema that this package has for a topic. */
export function packagedSchema(topic: Topic): SchemaFile {
  const schema = parseSchema(readFileSync(join(packageRoot, 'schemas', topic.schemaFile), 'utf8'), `schemas/${topic.schemaFile}`);
  return { topic, file: `schemas/${topic.schemaFile}`, schema };
}

/** The named files, each for the topic whose schema has that name; no names: the package's own for every topic. Throws UserError where a file is none. */
export function schemaFiles(names: readonly string[], topology: Topology): SchemaFile[] {
  const topics = TOPIC_ROLES.map((role) => topology.topics[role]);
  if (names.length === 0) return topics.map(packagedSchema);
  return names.map((file) => {
    const topic = topics.find(({ schemaFile }) => schemaFile === basename(file));
    if (topic === undefined) {
      const known = topics.map(({ schemaFile }) => schemaFile).join(', ');
      throw new UserError(`${file}: no topic has a schema of that name`, { hint: `the name tells the subject: ${known}`, exitCode: 2 });
    }
    return { topic, file, schema: parseSchema(readText(file), file) };
  });
}

/** The registered version that a schema is, docs and all; null where it is none. */
export function versionOf(schema: object, versions: readonly RegisteredSchema[]): RegisteredSchema | null {
  const wanted = canonicalJson(schema);
  return versions.find((version) => canonicalJson(version.schema) === wanted) ?? null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`, { exitCode: 2, cause: error });
  }
}

function parseSchema(text: string, file: string): object {
  try {
    const schema = JSON.parse(text) as unknown;
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new Error('it is no record');
    avroType(schema);
    return schema;
  } catch (error) {
    throw new UserError(`${file} is no Avro schema: ${(error as Error).message}`, { exitCode: 2, cause: error });
  }
}
