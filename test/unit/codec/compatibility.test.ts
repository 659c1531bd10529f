import { describe, expect, it } from 'vitest';
import { parseAvroSchema } from '../../../src/codec/avro-schema.ts';
import { incompatibilities, inWords, refusals } from '../../../src/codec/compatibility.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { misfits } from '../../../src/codec/misfits.ts';

const sides = { reader: 'the schema', writer: 'version 1' };

/** A record of these fields. */
const record = (fields: readonly object[], more: object = {}) => ({ type: 'record', name: 'Tick', namespace: 'fx', ...more, fields });
const field = (type: unknown, more: object = {}) => record([{ name: 'a', type, ...more }]);

/** Why the reader cannot read what the writer wrote, as sentences. */
const why = (reader: object, writer: object) => misfits(parseAvroSchema(reader), parseAvroSchema(writer), sides).map(inWords);

describe('what the resolution of schemas allows', () => {
  it.each([
    ['the same schema', schemas['clean-state'], schemas['clean-state']],
    ['a new field with a default', field('int', { default: 1 }), record([])],
    ['a field left out', record([]), field('int')],
    [
      'an int as long, float, double',
      record(['long', 'float', 'double'].map((type, i) => ({ name: `f${i}`, type }))),
      record([0, 1, 2].map((i) => ({ name: `f${i}`, type: 'int' }))),
    ],
    [
      'a string as bytes and back',
      record([
        { name: 'a', type: 'bytes' },
        { name: 'b', type: 'string' },
      ]),
      record([
        { name: 'a', type: 'string' },
        { name: 'b', type: 'bytes' },
      ]),
    ],
    ['a field renamed, with its alias', record([{ name: 'b', aliases: ['a'], type: 'int' }]), field('int')],
    ['a record renamed, with its alias', record([], { name: 'Quote', aliases: ['Tick'] }), record([])],
    ['a record moved, with its full alias', record([], { namespace: 'other', aliases: ['fx.Tick'] }), record([])],
    ['a type that became a union', field(['null', 'double']), field('float')],
    ['another order of branches', field(['double', 'null']), field(['null', 'double'])],
    ['a union of one type read as that type', field('double'), field(['double'])],
    [
      'a symbol taken away, with a default',
      field({ type: 'enum', name: 'E', symbols: ['A', 'X'], default: 'X' }),
      field({ type: 'enum', name: 'E', symbols: ['A', 'B', 'X'] }),
    ],
    ['a logical type added', field({ type: 'long', logicalType: 'timestamp-millis' }), field('long')],
    [
      'items and values promoted',
      field({ type: 'array', items: { type: 'map', values: 'double' } }),
      field({ type: 'array', items: { type: 'map', values: 'int' } }),
    ],
  ])('%s', (_what, reader, writer) => {
    expect(why(reader, writer)).toEqual([]);
  });

  it('a record that holds itself, with a field more', () => {
    const tree = (more: object[]) => record([{ name: 'children', type: { type: 'array', items: 'Tick' } }, ...more]);
    expect(why(tree([{ name: 'n', type: 'int', default: 0 }]), tree([]))).toEqual([]);
    expect(why(tree([{ name: 'n', type: 'int' }]), tree([]))).toEqual([
      'Tick.n: the schema needs it, for it has no default there, and version 1 does not write it',
    ]);
  });
});

describe('what it does not, in words', () => {
  const enumOf = (symbols: string[]) => field({ type: 'enum', name: 'Side', symbols });
  const fixed = (size: number) => field({ type: 'fixed', name: 'Hash', size });
  const nested = (fields: object[]) =>
    record([
      { name: 'sources', type: { type: 'array', items: record(fields, { name: 'Source' }) }, default: [] },
      { name: 'held', type: ['null', { type: 'map', values: 'Source' }], default: null },
    ]);

  it.each([
    [
      'a field without a default',
      field('int'),
      record([]),
      ['Tick.a: the schema needs it, for it has no default there, and version 1 does not write it'],
    ],
    ['another type', field('double'), field('string'), ['Tick.a: version 1 writes string, which the schema cannot read as double']],
    ['a type made narrower', field('int'), field('long'), ['Tick.a: version 1 writes long, which the schema cannot read as int']],
    [
      'null no longer allowed',
      field('double'),
      field(['null', 'double']),
      ['Tick.a: version 1 may write null, which the schema cannot read as double'],
    ],
    [
      'a branch that is gone',
      field(['null', 'double']),
      field(['null', 'double', 'string']),
      ['Tick.a: version 1 may write string, which no branch of null | double takes in the schema'],
    ],
    [
      'no branch for it',
      field(['null', 'double']),
      field('string'),
      ['Tick.a: version 1 writes string, which no branch of null | double takes in the schema'],
    ],
    [
      'symbols',
      enumOf(['A']),
      enumOf(['A', 'B', 'C']),
      ['Tick.a: version 1 may write the symbols B, C, which enum fx.Side of the schema does not have, nor a default'],
    ],
    ['another size', fixed(8), fixed(16), ['Tick.a: version 1 writes 16 bytes, the schema reads 8']],
    [
      'a record renamed',
      record([], { name: 'Quote' }),
      record([]),
      ['Quote: version 1 writes record fx.Tick, the schema reads record fx.Quote, which has no alias of that name'],
    ],
    [
      'a record moved',
      record([], { namespace: 'other' }),
      record([]),
      ['Tick: version 1 writes record fx.Tick, the schema reads record other.Tick, which has no alias of that name'],
    ],
    [
      'two names of one field',
      record([{ name: 'c', aliases: ['a', 'b'], type: 'int' }]),
      record([
        { name: 'a', type: 'int' },
        { name: 'b', type: 'int' },
      ]),
      ['Tick.c: the schema reads it from a or b, and version 1 writes them all'],
    ],
    [
      'not even a record',
      record([]),
      { type: 'string' },
      ['Tick: version 1 writes string, which the schema cannot read as record fx.Tick'],
    ],
    [
      'deep inside, wherever the record stands',
      nested([{ name: 'seq', type: 'int' }]),
      nested([{ name: 'seq', type: 'long' }]),
      [
        'Tick.sources[].seq: version 1 writes long, which the schema cannot read as int',
        'Tick.held{}.seq: version 1 writes long, which the schema cannot read as int',
      ],
    ],
  ])('%s', (_what, reader, writer, expected) => {
    expect(why(reader, writer)).toEqual(expected);
  });

  it('names no more places than a person reads', () => {
    const fields = Array.from({ length: 200 }, (_, i) => ({ name: `f${i}`, type: 'int' }));
    expect(why(record(fields), record([]))).toHaveLength(50);
  });

  it('ends on schemas made to take for ever', () => {
    // Every record holds the next one twice: 2^40 places.
    const chain = (leaf: string) => {
      let type: unknown = leaf;
      for (let depth = 40; depth > 0; depth--) {
        const name = `R${depth}`;
        type = {
          type: 'record',
          name,
          fields: [
            { name: 'l', type },
            { name: 'r', type: depth === 40 ? leaf : `R${depth + 1}` },
          ],
        };
      }
      return type as object;
    };
    expect(why(chain('long'), chain('int'))).toEqual([]);
    expect(why(chain('int'), chain('long'))).toHaveLength(50);
  });
});

describe('compatibility levels', () => {
  const first = record([{ name: 'a', type: 'int' }]);
  const second = record([
    { name: 'a', type: 'int' },
    { name: 'b', type: 'int', default: 0 },
  ]);
  const versions = [
    { version: 1, schema: first },
    { version: 2, schema: second },
  ];
  const withoutA = record([{ name: 'b', type: 'int', default: 0 }]);
  const needsB = record([
    { name: 'a', type: 'int' },
    { name: 'b', type: 'int' },
  ]);
  const found = (schema: object, level: string) =>
    incompatibilities(schema, versions, level).map(
      ({ version, direction, path, enforced }) => `${version} ${direction} ${path} ${enforced}`,
    );

  it.each([
    ['NONE', needsB, []],
    ['BACKWARD', needsB, ['1 backward Tick.b false']],
    ['BACKWARD_TRANSITIVE', needsB, ['1 backward Tick.b true']],
    ['FORWARD_TRANSITIVE', needsB, []],
    ['FORWARD', withoutA, ['1 forward Tick.a false', '2 forward Tick.a true']],
    ['FULL', withoutA, ['1 forward Tick.a false', '2 forward Tick.a true']],
    ['BACKWARD_TRANSITIVE', withoutA, []],
    ['FULL_TRANSITIVE', record([{ name: 'b', type: 'int' }]), ['1 backward Tick.b true', '1 forward Tick.a true', '2 forward Tick.a true']],
  ])('%s', (level, schema, expected) => {
    expect(found(schema, level)).toEqual(expected);
  });

  it('refuses what the level reaches, and nothing without versions', () => {
    expect(refusals(needsB, versions, 'BACKWARD')).toEqual([]);
    expect(refusals(withoutA, versions, 'FULL')).toEqual([
      'Tick.a: version 2 needs it, for it has no default there, and the schema does not write it',
    ]);
    expect(refusals(withoutA, [], 'FULL_TRANSITIVE')).toEqual([]);
  });
});
