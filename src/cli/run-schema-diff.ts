import type { Command } from 'commander';
import type { Topology } from '../../topology/fx.ts';
import { parseAvroSchema } from '../codec/avro-schema.ts';
import { misfits } from '../codec/misfits.ts';
import type { RegisteredSchema } from '../codec/registry.ts';
import { diffSchemas } from '../codec/schema-diff.ts';
import { UserError } from '../errors.ts';
import { packagedSchema } from '../provision/schema-files.ts';
import { changeLine } from './schema-report.ts';
import { openSchemaSession, subjectNamed, topicNamed, versionNumbered } from './schema-session.ts';

/** One side of the comparison. */
interface Side {
  /** `version 2`, `schemas/tick.avsc`. */
  readonly name: string;
  readonly schema: object;
}

/** Prints what changed from a version (null: the newest) to another one (null: the schema of this package). */
export async function runSchemaDiff(
  name: string,
  { from, to }: { readonly from: number | null; readonly to: number | null },
  command: Command,
): Promise<void> {
  const { context, topology, registry } = await openSchemaSession(command);
  const subject = subjectNamed(name, topology);
  const versions = await registry.versions(subject);
  const before = sideOf(versionNumbered(subject, versions, from));
  const after = to === null ? workingCopy(subject, topology) : sideOf(versionNumbered(subject, versions, to));
  const changes = diffSchemas(before.schema, after.schema);
  const [afterReads, beforeReads] = [reads(after, before), reads(before, after)];
  if (context.json) {
    const reading = { to_reads_from: afterReads, from_reads_to: beforeReads };
    process.stdout.write(`${JSON.stringify({ subject, from: before.name, to: after.name, changes, ...reading })}\n`);
    return;
  }
  const lines = [
    `${subject}: ${before.name} -> ${after.name}`,
    ...(changes.length === 0 ? ['  no field changed'] : changes.map((change) => changeLine(change, context.color))),
    `${after.name} ${afterReads ? 'reads' : 'CANNOT read'} records of ${before.name}`,
    `${before.name} ${beforeReads ? 'reads' : 'CANNOT read'} records of ${after.name}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function sideOf({ version, schema }: RegisteredSchema): Side {
  return { name: `version ${version}`, schema };
}

function workingCopy(subject: string, topology: Topology): Side {
  const topic = topicNamed(subject, topology);
  if (topic === null) throw new UserError(`this package has no schema of subject ${subject}`, { hint: 'name two versions', exitCode: 2 });
  const { file, schema } = packagedSchema(topic);
  return { name: file, schema };
}

function reads(reader: Side, writer: Side): boolean {
  const sides = { reader: reader.name, writer: writer.name };
  return misfits(parseAvroSchema(reader.schema), parseAvroSchema(writer.schema), sides).length === 0;
}
