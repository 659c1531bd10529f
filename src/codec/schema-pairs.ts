import { type AvroField, type AvroRecord, type AvroSchema, parseAvroSchema, shortName } from './avro-schema.ts';

/** A record as it was and as it is now, at the same place of two schemas. */
export interface RecordPair {
  /** As in a misfit: `Tick`, `CleanState.series[]`. */
  readonly path: string;
  readonly before: AvroRecord;
  readonly after: AvroRecord;
}

/** The records that stand at the same place of two schemas, outermost first, each pair once. None where the schemas have nothing in common. */
export function recordPairs(before: object, after: object): RecordPair[] {
  const pairs: RecordPair[] = [];
  const [old, now] = [parseAvroSchema(before), parseAvroSchema(after)];
  walk(old, now, now.kind === 'record' ? shortName(now.name) : 'value', pairs);
  return pairs;
}

/** The field that a field was before: of its name, or of a name that it gives as its alias. Undefined where it is new. */
export function fieldBefore(before: AvroRecord, field: AvroField): AvroField | undefined {
  const named = (name: string) => before.fields.find((other) => other.name === name);
  return named(field.name) ?? field.aliases.map(named).find((found) => found !== undefined);
}

function walk(before: AvroSchema, after: AvroSchema, path: string, pairs: RecordPair[]): void {
  if (before.kind === 'record' && after.kind === 'record') {
    if (pairs.some((known) => known.before === before && known.after === after)) return;
    pairs.push({ path, before, after });
    for (const field of after.fields) {
      const old = fieldBefore(before, field);
      if (old !== undefined) walk(old.type, field.type, `${path}.${field.name}`, pairs);
    }
  } else if (before.kind === 'array' && after.kind === 'array') {
    walk(before.items, after.items, `${path}[]`, pairs);
  } else if (before.kind === 'map' && after.kind === 'map') {
    walk(before.values, after.values, `${path}{}`, pairs);
  } else if (before.kind === 'union' || after.kind === 'union') {
    walkBranches(branchesOf(before), branchesOf(after), path, pairs);
  }
}

/** Branches belong together by kind, records by name. */
function walkBranches(before: readonly AvroSchema[], after: readonly AvroSchema[], path: string, pairs: RecordPair[]): void {
  for (const branch of after) {
    const old = before.find(
      (other) => other.kind === branch.kind && ('name' in other ? 'name' in branch && other.name === branch.name : true),
    );
    if (old !== undefined) walk(old, branch, path, pairs);
  }
}

function branchesOf(schema: AvroSchema): readonly AvroSchema[] {
  return schema.kind === 'union' ? schema.branches : [schema];
}
