import { describe, expect, it } from 'vitest';
import { type SchemaName, schemas } from '../../../src/codec/generated/records.ts';
import { lintSchema } from '../../../src/codec/schema-lint.ts';

const record = (fields: readonly object[], more: object = {}) => ({ type: 'record', name: 'Tick', namespace: 'fx', ...more, fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, doc: 'What it is.', ...more });
const optional = (name: string, more: object = {}) => field(name, ['null', 'double'], { default: null, ...more });
const time = (logicalType: string) => record([field('at', { type: 'long', logicalType })]);

const found = (schema: object, newest: object | null) => lintSchema(schema, newest).map(({ rule, path }) => `${rule} ${path}`);

it.each(Object.keys(schemas) as SchemaName[])('%s has nothing to mend', (name) => {
  expect(lintSchema(schemas[name], null)).toEqual([]);
  expect(lintSchema(schemas[name], schemas[name])).toEqual([]);
});

describe('finds', () => {
  it.each([
    ['a field without doc', record([{ name: 'a', type: 'int' }, field('b', 'int', { doc: ' ' })]), null, ['doc Tick.a', 'doc Tick.b']],
    [
      'one deep inside',
      record([field('list', { type: 'array', items: { type: 'record', name: 'Item', fields: [{ name: 'a', type: 'int' }] } })]),
      null,
      ['doc Tick.list[].a'],
    ],
    ['no namespace', { type: 'record', name: 'Tick', fields: [] }, null, ['namespace Tick']],
    ['another namespace', record([], { namespace: 'other' }), record([]), ['namespace other.Tick']],
    ['a default taken away', record([field('a', ['null', 'double'])]), record([optional('a')]), ['default-removed Tick.a']],
    [
      'one of a renamed field',
      record([field('b', ['null', 'double'], { aliases: ['a'] })]),
      record([optional('a')]),
      ['default-removed Tick.b'],
    ],
    ['a renamed field', record([optional('venue_bid')]), record([optional('bid')]), ['renamed Tick.venue_bid']],
    ['milliseconds that became microseconds', time('timestamp-micros'), time('timestamp-millis'), ['logical-type Tick.at']],
    ['a time that became a number', record([field('at', 'long')]), time('timestamp-millis'), ['logical-type Tick.at']],
  ])('%s', (_what, schema, newest, expected) => {
    expect(found(schema, newest)).toEqual(expected);
  });

  it('the name a renamed field had, for each such pair once', () => {
    const [first, ...others] = lintSchema(record([optional('c'), optional('d'), optional('e')]), record([optional('a'), optional('b')]));
    expect(first?.reason).toBe('looks like a, renamed: that one is gone and this one is new, both null | double; add "aliases": ["a"]');
    expect(others.map(({ path }) => path)).toEqual(['Tick.d']);
  });
});

it.each([
  ['a renamed field with its alias', record([optional('b', { aliases: ['a'] })]), record([optional('a')])],
  ['a new field of another type beside one that is gone', record([field('b', 'string', { default: '' })]), record([optional('a')])],
  ['a field that is new while none is gone', record([optional('a'), optional('b')]), record([optional('a')])],
  ['a default that came', record([optional('a')]), record([field('a', ['null', 'double'])])],
])('has nothing against %s', (_what, schema, newest) => {
  expect(lintSchema(schema, newest)).toEqual([]);
});
