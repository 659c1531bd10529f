import { type Incompatibility, incompatibilities } from '../codec/compatibility.ts';
import type { RegisteredSchema, Registry } from '../codec/registry.ts';
import { type LintFinding, lintSchema } from '../codec/schema-lint.ts';
import type { LintRule } from '../codec/schema-rules.ts';
import { type SchemaFile, versionOf } from './schema-files.ts';

/**
 * - `registered`: the schema is a version of its subject already;
 * - `new`: the subject has no version yet;
 * - `compatible`: it may become the next version;
 * - `refused`: something must be mended first.
 */
export type SchemaStatus = 'registered' | 'new' | 'compatible' | 'refused';

/** What a schema file is to its subject. */
export interface SchemaCheck {
  readonly subject: string;
  readonly file: string;
  readonly status: SchemaStatus;
  /** The level that new versions of the subject are held to; of a subject without versions the one it will be given. */
  readonly level: string;
  /** How many versions there are. */
  readonly versions: number;
  /** The version that the schema is already; null: none. */
  readonly version: number | null;
  /** Those of the level come first; the others (`enforced` false) are for information. */
  readonly incompatibilities: readonly Incompatibility[];
  readonly lint: readonly LintFinding[];
  /** What the registry itself says against the schema; empty where it has no objection or gives no reason. */
  readonly registry: readonly string[];
}

/** A registry that names no level holds nobody to anything. */
const NO_LEVEL = 'NONE';

/** Compares a schema file with every registered version of its subject; changes nothing. Findings of the rules in `ignored` do not count. */
export async function checkSchema(
  { topic, file, schema }: SchemaFile,
  registry: Registry,
  ignored: readonly LintRule[] = [],
): Promise<SchemaCheck> {
  const { subject } = topic;
  const versions = await registry.versions(subject);
  const level = versions.length === 0 ? topic.compatibility : ((await registry.levelInForce(subject)) ?? NO_LEVEL);
  const known = versionOf(schema, versions);
  // What is registered was found compatible with what was there then: only what it says of itself is looked at.
  const newest = known === null ? (versions.at(-1)?.schema ?? null) : schema;
  const lint = lintSchema(schema, newest).filter(({ rule }) => !ignored.includes(rule));
  const found = known === null ? incompatibilities(schema, versions, level) : [];
  const asked =
    known === null && versions.length > 0 ? await registry.checkCompatible(subject, schema) : { compatible: true, messages: [] };
  const isRefused = lint.length > 0 || found.some(({ enforced }) => enforced) || !asked.compatible;
  return {
    subject,
    file,
    status: isRefused ? 'refused' : statusOf(known, versions),
    level,
    versions: versions.length,
    version: known?.version ?? null,
    incompatibilities: found.toSorted((a, b) => Number(b.enforced) - Number(a.enforced)),
    lint,
    registry: asked.compatible || asked.messages.length > 0 ? asked.messages : ['not compatible (it gives no reason)'],
  };
}

function statusOf(known: RegisteredSchema | null, versions: readonly RegisteredSchema[]): SchemaStatus {
  if (known !== null) return 'registered';
  return versions.length === 0 ? 'new' : 'compatible';
}
