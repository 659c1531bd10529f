import type { Topology } from '../../topology/fx.ts';
import { TOPIC_ROLES, type Topic } from '../../topology/topics.ts';
import { refusals } from '../codec/compatibility.ts';
import type { RegisteredSchema, Registry } from '../codec/registry.ts';
import { packagedSchema, versionOf } from './schema-files.ts';

/** One change to the registry, in words and as data. */
export type SchemaStep =
  | { readonly kind: 'compatibility'; readonly topic: Topic; readonly text: string }
  | { readonly kind: 'register'; readonly topic: Topic; readonly schema: object; readonly text: string };

/** What to change in the registry; a conflict is a schema that it would refuse. */
export interface SchemaPlan {
  readonly steps: readonly SchemaStep[];
  readonly conflicts: readonly string[];
}

/** Compares the package's schemas with the registry, of the topics that are the topology's own. A subject's compatibility comes before its first version. */
export async function planSchemas(topology: Topology, registry: Registry): Promise<SchemaPlan> {
  const own = TOPIC_ROLES.map((role) => topology.topics[role]).filter(({ isBorrowed }) => !isBorrowed);
  const plans = await Promise.all(own.map((topic) => planSubject(topic, registry)));
  return { steps: plans.flatMap(({ steps }) => steps), conflicts: plans.flatMap(({ conflicts }) => conflicts) };
}

async function planSubject(topic: Topic, registry: Registry): Promise<SchemaPlan> {
  const { subject, compatibility } = topic;
  const { schema } = packagedSchema(topic);
  const steps: SchemaStep[] = [];
  const [level, versions] = await Promise.all([registry.compatibility(subject), registry.versions(subject)]);
  // A registry may answer with its global level for a subject without one: a new subject is given its own in any case.
  if (level !== compatibility || versions.length === 0) {
    const text = `set compatibility of subject ${subject}: ${versions.length === 0 ? 'unset' : level} -> ${compatibility}`;
    steps.push({ kind: 'compatibility', topic, text });
  }
  // Any version will do, not only the newest: after an upgrade, yesterday's program finds its own schema below that.
  if (versionOf(schema, versions) !== null) return { steps, conflicts: [] };
  const reasons = versions.length === 0 ? [] : await whyRefused(topic, schema, versions, registry);
  if (reasons.length > 0) {
    return {
      steps,
      conflicts: [`subject ${subject}: schemas/${topic.schemaFile} is not ${compatibility} compatible: ${reasons.join('; ')}`],
    };
  }
  steps.push({ kind: 'register', topic, schema, text: `register schemas/${topic.schemaFile} as subject ${subject}` });
  return { steps, conflicts: [] };
}

/** Under the level that the subject is given first; the registry is asked only where nothing is found here, for it may not name the field. */
async function whyRefused(
  { subject, compatibility }: Topic,
  schema: object,
  versions: readonly RegisteredSchema[],
  registry: Registry,
): Promise<string[]> {
  const reasons = refusals(schema, versions, compatibility);
  if (reasons.length > 0) return reasons;
  const { compatible, messages } = await registry.checkCompatible(subject, schema);
  if (compatible) return [];
  return messages.length === 0 ? ['the registry gives no reason'] : messages;
}
