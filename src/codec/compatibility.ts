import { avroType } from './avro-type.ts';

/** A registered version to compare with. */
interface Version {
  readonly version: number;
  readonly schema: object;
}

/**
 * Why a schema does not go with registered versions at a compatibility level (BACKWARD, FULL_TRANSITIVE and so on), one sentence a
 * reason, naming the field: for registries that only say no. Versions are oldest first. Empty where nothing is found.
 */
export function incompatibilities(schema: object, versions: readonly Version[], level: string): string[] {
  const compared = level.endsWith('_TRANSITIVE') ? versions : versions.slice(-1);
  const backward = /^(BACKWARD|FULL)/.test(level);
  const forward = /^(FORWARD|FULL)/.test(level);
  const reasons: string[] = [];
  for (const { version, schema: old } of compared) {
    const unreadable = backward ? whyUnreadable(schema, old) : null;
    if (unreadable !== null) reasons.push(`it cannot read records of version ${version}: ${unreadable}`);
    const unread = forward ? whyUnreadable(old, schema) : null;
    if (unread !== null) reasons.push(`version ${version} cannot read its records: ${unread}`);
  }
  return reasons;
}

function whyUnreadable(reader: object, writer: object): string | null {
  try {
    avroType(reader).createResolver(avroType(writer));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
