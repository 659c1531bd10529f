import { parseAvroSchema } from './avro-schema.ts';
import { type Misfit, misfits } from './misfits.ts';

/** A registered version to compare with. */
interface Version {
  readonly version: number;
  readonly schema: object;
}

/** One place where a schema does not go with a registered version. */
export interface Incompatibility extends Misfit {
  readonly version: number;
  /** `backward`: the schema cannot read records of the version; `forward`: readers of the version cannot read records of the schema. */
  readonly direction: 'backward' | 'forward';
  /** Whether the level holds the schema to that version: without _TRANSITIVE only to the newest. */
  readonly enforced: boolean;
}

/**
 * Where a schema does not go with registered versions (oldest first) at a compatibility level, field by field; all versions are compared, and
 * those that the level does not reach are marked. Empty where nothing is found. Throws an Error where a schema cannot be parsed.
 */
export function incompatibilities(schema: object, versions: readonly Version[], level: string): Incompatibility[] {
  const ours = parseAvroSchema(schema);
  const newest = versions.at(-1)?.version;
  const backward = /^(BACKWARD|FULL)/.test(level);
  const forward = /^(FORWARD|FULL)/.test(level);
  return versions.flatMap(({ version, schema: registered }) => {
    const theirs = parseAvroSchema(registered);
    const enforced = level.endsWith('_TRANSITIVE') || version === newest;
    const [here, there] = ['the schema', `version ${version}`];
    const unreadable = backward ? misfits(ours, theirs, { reader: here, writer: there }) : [];
    const unread = forward ? misfits(theirs, ours, { reader: there, writer: here }) : [];
    return [
      ...unreadable.map((misfit) => ({ version, direction: 'backward' as const, enforced, ...misfit })),
      ...unread.map((misfit) => ({ version, direction: 'forward' as const, enforced, ...misfit })),
    ];
  });
}

/** An incompatibility as a sentence, the field first. */
export function inWords({ path, reason }: Misfit): string {
  return `${path}: ${reason}`;
}

/** What must be changed before the level takes the schema, in sentences; empty where nothing must. */
export function refusals(schema: object, versions: readonly Version[], level: string): string[] {
  return incompatibilities(schema, versions, level)
    .filter(({ enforced }) => enforced)
    .map(inWords);
}
