import { type AvroField, type AvroRecord, type AvroSchema, parseAvroSchema, typeText } from './avro-schema.ts';
import { fieldBefore, type RecordPair, recordPairs } from './schema-pairs.ts';
import type { LintRule } from './schema-rules.ts';

/** One thing to be mended. */
export interface LintFinding {
  readonly rule: LintRule;
  /** As in a misfit. */
  readonly path: string;
  readonly reason: string;
}

/** What is to be said against a schema; `newest` is the newest registered version, null where there is none. Throws an Error where it is no schema. */
export function lintSchema(schema: object, newest: object | null): LintFinding[] {
  // A schema compared with itself: every record of it, at its place.
  const ownRecords = recordPairs(schema, schema);
  const own = ownRecords.flatMap(({ path, after }) => undocumented(path, after));
  if (newest === null) return [...own, ...withoutNamespace(schema)];
  const pairs = recordPairs(newest, schema);
  return [
    ...own,
    ...otherNamespace(schema, newest),
    ...pairs.flatMap((pair) => [...withoutDefault(pair), ...renamed(pair), ...otherMeaning(pair)]),
  ];
}

function undocumented(path: string, { fields }: AvroRecord): LintFinding[] {
  return fields
    .filter(({ doc }) => doc.trim() === '')
    .map(({ name }) => ({ rule: 'doc', path: `${path}.${name}`, reason: 'has no doc that says what it means' }));
}

function withoutNamespace(schema: object): LintFinding[] {
  const name = nameOf(schema);
  if (name === null || name.includes('.')) return [];
  return [{ rule: 'namespace', path: name, reason: 'has no namespace, which other schemas of that name could be told from it by' }];
}

function otherNamespace(schema: object, newest: object): LintFinding[] {
  const [now, before] = [nameOf(schema), nameOf(newest)].map((name) => name?.slice(0, Math.max(0, name.lastIndexOf('.'))));
  if (now === undefined || before === undefined || now === before) return [];
  return [
    { rule: 'namespace', path: nameOf(schema)!, reason: `is in namespace ${now || 'none'}, the newest version in ${before || 'none'}` },
  ];
}

function nameOf(schema: object): string | null {
  const parsed = parseAvroSchema(schema);
  return 'name' in parsed ? parsed.name : null;
}

function withoutDefault({ path, before, after }: RecordPair): LintFinding[] {
  return after.fields
    .filter((field) => !field.hasDefault && fieldBefore(before, field)?.hasDefault === true)
    .map(({ name }) => ({
      rule: 'default-removed',
      path: `${path}.${name}`,
      reason: 'had a default in the newest version and has none now',
    }));
}

function renamed({ path, before, after }: RecordPair): LintFinding[] {
  const kept = new Set(after.fields.map((field) => fieldBefore(before, field)));
  const gone = before.fields.filter((field) => !kept.has(field));
  return after.fields
    .filter((field) => fieldBefore(before, field) === undefined)
    .flatMap((field) => {
      const place = gone.findIndex((old) => typeText(old.type) === typeText(field.type));
      if (place < 0) return [];
      const [old] = gone.splice(place, 1) as [AvroField];
      const reason = `looks like ${old.name}, renamed: that one is gone and this one is new, both ${typeText(field.type)}; add "aliases": ["${old.name}"]`;
      return [{ rule: 'renamed' as const, path: `${path}.${field.name}`, reason }];
    });
}

function otherMeaning({ path, before, after }: RecordPair): LintFinding[] {
  return after.fields.flatMap((field) => {
    const old = fieldBefore(before, field);
    if (old === undefined) return [];
    const [meant, means] = [meaningOf(old.type), meaningOf(field.type)];
    if (meant === means || meant === null) return [];
    return [
      {
        rule: 'logical-type' as const,
        path: `${path}.${field.name}`,
        reason: `meant ${meant} in the newest version and means ${means ?? 'none'} now`,
      },
    ];
  });
}

/** The logical types in a field's type, in their order; null where there is none. */
function meaningOf(type: AvroSchema): string | null {
  if (type.kind === 'union') return type.branches.map(meaningOf).find((meaning) => meaning !== null) ?? null;
  if (type.kind === 'array') return meaningOf(type.items);
  if (type.kind === 'map') return meaningOf(type.values);
  return 'logicalType' in type ? type.logicalType : null;
}
