import { isDeepStrictEqual } from 'node:util';
import { type AvroField, typeText } from './avro-schema.ts';
import { fieldBefore, type RecordPair, recordPairs } from './schema-pairs.ts';

/** One difference between two schemas. */
export interface SchemaChange {
  readonly kind: 'added' | 'removed' | 'renamed' | 'changed';
  /** As in a misfit. */
  readonly path: string;
  readonly text: string;
}

/** What changed between two schemas, field by field, in the order of the fields. Empty where nothing that is compared did. Throws an Error where one is no schema. */
export function diffSchemas(before: object, after: object): SchemaChange[] {
  return recordPairs(before, after).flatMap(changesOf);
}

/** A field's type and default in words. */
export function fieldText(field: AvroField): string {
  return `${typeText(field.type)}${field.hasDefault ? `, default ${JSON.stringify(field.default)}` : ', no default'}`;
}

function changesOf({ path, before, after }: RecordPair): SchemaChange[] {
  const kept = new Set(after.fields.map((field) => fieldBefore(before, field)));
  return [
    ...(before.name === after.name ? [] : [{ kind: 'renamed' as const, path, text: `was ${before.name}, is ${after.name}` }]),
    ...after.fields.flatMap((field): SchemaChange[] => {
      const old = fieldBefore(before, field);
      if (old === undefined) return [{ kind: 'added', path: `${path}.${field.name}`, text: fieldText(field) }];
      return fieldChanges(`${path}.${field.name}`, old, field);
    }),
    ...before.fields
      .filter((field) => !kept.has(field))
      .map((field): SchemaChange => ({ kind: 'removed', path: `${path}.${field.name}`, text: fieldText(field) })),
  ];
}

function fieldChanges(path: string, before: AvroField, after: AvroField): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const changed = (text: string) => changes.push({ kind: 'changed', path, text });
  if (before.name !== after.name) changes.push({ kind: 'renamed', path, text: `was ${before.name}` });
  if (typeText(before.type) !== typeText(after.type)) changed(`type ${typeText(before.type)} -> ${typeText(after.type)}`);
  if (!isDeepStrictEqual(before.default, after.default)) changed(`default ${defaultText(before)} -> ${defaultText(after)}`);
  if (before.doc !== after.doc) changed(`doc ${JSON.stringify(before.doc)} -> ${JSON.stringify(after.doc)}`);
  return changes;
}

function defaultText(field: AvroField): string {
  return field.hasDefault ? JSON.stringify(field.default) : 'none';
}
