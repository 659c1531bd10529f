import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAvroSchema } from '../../src/codec/avro-schema.ts';
import { avroType } from '../../src/codec/avro-type.ts';
import { misfits } from '../../src/codec/misfits.ts';

/** A type before its names are given: by position, so that two schemas often mean the same by one. */
type Shape =
  | { readonly kind: 'primitive'; readonly name: string }
  | { readonly kind: 'array' | 'map'; readonly of: Shape }
  | { readonly kind: 'union'; readonly branches: readonly Shape[] }
  | { readonly kind: 'enum'; readonly symbols: readonly string[]; readonly hasDefault: boolean }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'itself' }
  | { readonly kind: 'record'; readonly alias: boolean; readonly fields: readonly FieldShape[] };

interface FieldShape {
  readonly name: string;
  readonly alias: string | null;
  readonly hasDefault: boolean;
  readonly type: Shape;
}

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes'];
const DEFAULTS: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: false,
  int: 0,
  long: 0,
  float: 0,
  double: 0,
  string: '',
  bytes: '',
};
const NAMES = ['a', 'b', 'c'];

const { record } = fc.letrec<{ type: Shape; simple: Shape; record: Shape }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'schema' },
    tie('simple'),
    fc.record({ kind: fc.constantFrom('array' as const, 'map' as const), of: tie('type') }),
    fc.record({
      kind: fc.constant('union' as const),
      // One of a kind each, as Avro wants it.
      branches: fc.uniqueArray(tie('type'), { selector: branchKind, minLength: 1, maxLength: 3 }),
    }),
    tie('record'),
  ),
  simple: fc.oneof(
    fc.record({ kind: fc.constant('primitive' as const), name: fc.constantFrom(...PRIMITIVES) }),
    fc.record({ kind: fc.constant('fixed' as const), size: fc.constantFrom(4, 8) }),
    fc.record({
      kind: fc.constant('enum' as const),
      symbols: fc.uniqueArray(fc.constantFrom('A', 'B', 'C'), { minLength: 1 }),
      hasDefault: fc.boolean(),
    }),
    fc.constant({ kind: 'itself' as const }),
  ),
  record: fc.record({
    kind: fc.constant('record' as const),
    alias: fc.boolean(),
    fields: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...NAMES),
        alias: fc.option(fc.constantFrom(...NAMES), { freq: 2 }),
        hasDefault: fc.boolean(),
        type: tie('type'),
      }),
      { selector: ({ name }) => name, maxLength: 3 },
    ),
  }),
}));

function branchKind(shape: Shape): string {
  return shape.kind === 'primitive' ? shape.name : shape.kind === 'itself' ? 'record' : shape.kind;
}

/** A pair of schemas: the second another one, or the first with one thing changed. */
const pairs = fc.oneof(
  fc.tuple(record, record),
  fc.tuple(record, fc.nat()).map(([shape, where]): [Shape, Shape] => [shape, altered(shape, where)]),
);

/** The schema with one of its fields given another default or type, or taken out. */
function altered(shape: Shape, where: number): Shape {
  if (shape.kind !== 'record' || shape.fields.length === 0) return shape;
  const place = where % shape.fields.length;
  const field = shape.fields[place]!;
  const others = shape.fields.filter((other) => other !== field);
  switch (where % 5) {
    case 0:
      return { ...shape, fields: others };
    case 1:
      return { ...shape, fields: [...others, { ...field, hasDefault: !field.hasDefault }] };
    case 2:
      return { ...shape, fields: [...others, { ...field, type: { kind: 'union', branches: [{ kind: 'primitive', name: 'null' }] } }] };
    default:
      return { ...shape, fields: [...others, { ...field, type: altered(field.type, where >>> 3) }] };
  }
}

/** The schema as JSON. `prefix` goes before the names of its records, so that aliases are needed where prefixes differ. */
function schemaOf(root: Shape, prefix: string): object {
  let next = 0;
  const build = (shape: Shape, enclosing: string): unknown => {
    switch (shape.kind) {
      case 'primitive':
        return shape.name;
      case 'array':
        return { type: 'array', items: build(shape.of, enclosing) };
      case 'map':
        return { type: 'map', values: build(shape.of, enclosing) };
      case 'union':
        return shape.branches.flatMap((branch) => (branch.kind === 'union' ? [] : [build(branch, enclosing)]));
      case 'enum':
        return { type: 'enum', name: `E${next++}`, symbols: shape.symbols, ...(shape.hasDefault && { default: shape.symbols[0] }) };
      case 'fixed':
        return { type: 'fixed', name: `F${next++}`, size: shape.size };
      case 'itself':
        return enclosing;
      case 'record': {
        const number = next++;
        const name = `n.${prefix}${number}`;
        const fields = shape.fields.map((field) => {
          const type = build(field.type, name);
          return {
            name: field.name,
            type,
            ...(field.alias !== null && field.alias !== field.name && { aliases: [field.alias] }),
            ...(field.hasDefault && defaultOf(type)),
          };
        });
        return { type: 'record', name, ...(shape.alias && { aliases: [`n.R${number}`] }), fields };
      }
    }
  };
  return build(root, '') as object;
}

/** A default that fits the type; none for types that are not worth it. */
function defaultOf(type: unknown): { default?: unknown } {
  if (typeof type === 'string') return type in DEFAULTS ? { default: DEFAULTS[type] } : {};
  if (Array.isArray(type)) return type.length === 0 ? {} : defaultOf(type[0]);
  const { type: kind } = type as { type: string };
  return kind === 'array' ? { default: [] } : kind === 'map' ? { default: {} } : {};
}

const cases = fc
  .tuple(pairs, fc.constantFrom('R', 'R', 'R', 'S'))
  .map(([[reader, writer], prefix]) => ({ reader: schemaOf(reader, prefix), writer: schemaOf(writer, 'R') }))
  .filter(({ reader, writer }) => isAvro(reader) && isAvro(writer));

function isAvro(schema: object): boolean {
  try {
    avroType(schema);
    return true;
  } catch {
    return false;
  }
}

function isReadByAvsc({ reader, writer }: { reader: object; writer: object }): boolean {
  try {
    avroType(reader).createResolver(avroType(writer));
    return true;
  } catch {
    return false;
  }
}

const isReadByUs = ({ reader, writer }: { reader: object; writer: object }) =>
  misfits(parseAvroSchema(reader), parseAvroSchema(writer), { reader: 'r', writer: 'w' }).length === 0;

describe('whether a schema reads another one', () => {
  it('is what avsc, which reads the records here, makes of the two', () => {
    fc.assert(
      fc.property(cases, (pair) => {
        expect(isReadByUs(pair)).toBe(isReadByAvsc(pair));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is tried both ways: of these pairs many are read, and many are not', () => {
    const sample = fc.sample(cases, { seed: 1, numRuns: 500 });
    const read = sample.filter(isReadByAvsc).length;
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(400);
  });

  it('a schema reads itself', () => {
    fc.assert(fc.property(cases, ({ reader }) => isReadByUs({ reader, writer: reader }) || hasTwoNames(reader)));
  });
});

/** Whether a field's alias is another field of its record: such a schema cannot read itself. */
function hasTwoNames(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasTwoNames);
  if (typeof schema !== 'object' || schema === null) return false;
  const {
    type,
    items,
    values,
    fields = [],
  } = schema as { type?: unknown; items?: unknown; values?: unknown; fields?: { name: string; aliases?: string[]; type: unknown }[] };
  const names = fields.map(({ name }) => name);
  return (
    fields.some(({ aliases = [], type: inner }) => aliases.some((alias) => names.includes(alias)) || hasTwoNames(inner)) ||
    [type, items, values].some(hasTwoNames)
  );
}
