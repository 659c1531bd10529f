import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '../../topology/fx.ts';
import { canonicalJson } from '../../topology/settings-hash.ts';
import { TOPIC_ROLES, type Topic } from '../../topology/topics.ts';
import type { Registry } from '../codec/registry.ts';
import { packageRoot } from '../paths.ts';

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
  const schema = readSchema(topic);
  const steps: SchemaStep[] = [];
  const [level, versions] = await Promise.all([registry.compatibility(subject), registry.versions(subject)]);
  // A registry may answer with its global level for a subject without one: a new subject is given its own in any case.
  if (level !== compatibility || versions.length === 0) {
    const text = `set compatibility of subject ${subject}: ${versions.length === 0 ? 'unset' : level} -> ${compatibility}`;
    steps.push({ kind: 'compatibility', topic, text });
  }
  // Any version will do, not only the newest: after an upgrade, yesterday's program finds its own schema below that.
  const wanted = canonicalJson(schema);
  if (versions.some((version) => canonicalJson(version.schema) === wanted)) return { steps, conflicts: [] };
  if (versions.length > 0) {
    const { compatible, messages } = await registry.checkCompatible(subject, schema);
    if (!compatible) {
      const reason = messages.length === 0 ? 'the registry gives no reason' : messages.join('; ');
      return {
        steps,
        conflicts: [`subject ${subject}: schemas/${topic.schemaFile} is not ${level ?? 'the default'} compatible: ${reason}`],
      };
    }
  }
  steps.push({ kind: 'register', topic, schema, text: `register schemas/${topic.schemaFile} as subject ${subject}` });
  return { steps, conflicts: [] };
}

function readSchema(topic: Topic): object {
  return JSON.parse(readFileSync(join(packageRoot, 'schemas', topic.schemaFile), 'utf8')) as object;
}
