/** The rules of "Schema Resolution" in the Avro 1.12 specification, one table a rule; what differs from it is said where it stands. */
import { describe, expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { UndecodableError } from '../../../src/codec/errors.ts';
import { FixedSchemas, framed, reference } from './support.ts';

type Schema = string | object;

const record = (fields: object[], extra: object = {}) => ({ type: 'record', name: 'R', namespace: 'arbitrex', fields, ...extra });
const field = (type: Schema, extra: object = {}) => ({ name: 'f', type, ...extra });

/** What a reader of `readerFields` makes of bytes written with `writer`. */
async function read(reader: object, writer: object, body: Buffer): Promise<unknown> {
  const decoder = new RecordDecoder(new FixedSchemas({ 1: writer }), reader);
  const value = framed(1, body);
  await decoder.prepare([value]);
  return plain(decoder.decode(value));
}

/** Objects without the classes that avsc gives them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** What a reader of a field of type `to` makes of `value`, written as type `from` by avsc alone. */
async function readAs(from: Schema, to: Schema, value: unknown): Promise<unknown> {
  const writer = record([field(from)]);
  const { f } = (await read(record([field(to)]), writer, reference(writer).toBuffer({ f: value }))) as { f: unknown };
  return f;
}

const side = (symbols: string[], extra: object = {}) => ({ type: 'enum', name: 'Side', namespace: 'arbitrex', symbols, ...extra });
const point = (name: string, ...names: string[]) => ({ type: 'record', name, fields: names.map((one) => ({ name: one, type: 'int' })) });
const fixed = (size: number, name = 'Hash') => ({ type: 'fixed', name, size });
const logical = (type: string, logicalType: string, extra: object = {}) => ({ type, logicalType, ...extra });

describe('promotion', () => {
  test.each<[from: Schema, to: Schema, written: unknown, read?: unknown]>([
    ['int', 'long', -7],
    ['int', 'float', 3],
    ['int', 'double', -2_147_483_648],
    ['long', 'float', 4_096],
    ['long', 'double', 1_700_000_000_000],
    ['float', 'double', 0.1, Math.fround(0.1)],
    ['string', 'bytes', 'żółw', Buffer.from('żółw')],
    ['bytes', 'string', Buffer.from('żółw'), 'żółw'],
    [{ type: 'array', items: 'int' }, { type: 'array', items: 'double' }, [1, -2]],
    [{ type: 'map', values: 'float' }, { type: 'map', values: 'double' }, { a: 0.5 }],
  ])('%j is read as %j', async (from, to, written, expected = written) => {
    expect(await readAs(from, to, written)).toEqual(expected);
  });

  test.each<[from: Schema, to: Schema, written: unknown]>([
    ['long', 'int', 1],
    ['double', 'float', 1],
    ['double', 'long', 1],
    ['float', 'int', 1],
    ['boolean', 'int', true],
    ['int', 'string', 1],
    ['string', 'double', '1'],
    ['null', 'int', null],
    [{ type: 'array', items: 'int' }, 'int', [1]],
    [{ type: 'map', values: 'int' }, { type: 'array', items: 'int' }, { a: 1 }],
    [{ type: 'array', items: 'double' }, { type: 'array', items: 'int' }, [1]],
    [fixed(2), 'bytes', Buffer.of(1, 2)],
  ])('%j is not read as %j', async (from, to, written) => {
    await expect(readAs(from, to, written)).rejects.toThrow(UndecodableError);
  });

  test('no long is read inexactly: beyond 2^53 the record is refused, where Avro would round', async () => {
    const writer = record([field('long')]);
    const beyond = Buffer.from('feffffffffffffffff01', 'hex');
    await expect(read(record([field('double')]), writer, beyond)).rejects.toThrow('beyond 2^53');
  });
});

describe('logical types', () => {
  const decimal = (precision: number, scale?: number) => logical('bytes', 'decimal', { precision, ...(scale !== undefined && { scale }) });

  test.each<[from: Schema, to: Schema, written: unknown]>([
    [logical('long', 'timestamp-millis'), logical('long', 'timestamp-millis'), 1_700_000_000_000],
    ['long', logical('long', 'timestamp-millis'), 1_700_000_000_000],
    ['int', logical('long', 'timestamp-millis'), 60_000],
    [logical('long', 'timestamp-micros'), 'long', 1_700_000_000_000_000],
    [logical('int', 'date'), 'int', 20_000],
    [logical('string', 'uuid'), 'string', 'a-b'],
    ['string', logical('string', 'uuid'), 'a-b'],
    [logical('long', 'of-nobody'), logical('long', 'timestamp-millis'), 5],
    // A decimal is its unscaled number in bytes: nothing here makes a number of it.
    [decimal(10, 2), decimal(10, 2), Buffer.of(1, 0)],
    [decimal(10), decimal(10, 0), Buffer.of(1, 0)],
    [decimal(10, 2), 'bytes', Buffer.of(1, 0)],
  ])('%j is read as %j', async (from, to, written) => {
    expect(await readAs(from, to, written)).toEqual(written);
  });

  test.each<[from: Schema, to: Schema, written: unknown, why: string]>([
    [
      logical('long', 'timestamp-micros'),
      logical('long', 'timestamp-millis'),
      1_700_000_000_000_000,
      'cannot read timestamp-micros as timestamp-millis',
    ],
    [logical('long', 'time-micros'), logical('long', 'timestamp-millis'), 1, 'cannot read time-micros as timestamp-millis'],
    [logical('int', 'date'), logical('long', 'timestamp-millis'), 20_000, 'cannot read date as timestamp-millis'],
    [decimal(10, 2), decimal(10, 4), Buffer.of(1), 'cannot read decimal(10, 2) as decimal(10, 4)'],
    [decimal(10, 2), decimal(12, 2), Buffer.of(1), 'cannot read decimal(10, 2) as decimal(12, 2)'],
  ])('%j is not read as %j, whose numbers mean something else', async (from, to, written, why) => {
    await expect(readAs(from, to, written)).rejects.toThrow(why);
  });
});

describe('names and aliases', () => {
  const body = (schema: object, value: object) => reference(schema).toBuffer(value);
  const writer = record([{ name: 'f', type: 'int' }]);

  test.each<[what: string, reader: object]>([
    ['the same name in another namespace', { ...writer, namespace: 'org.other' }],
    ['the same name without a namespace', { ...writer, namespace: '' }],
    ['an alias of the record', record([field('int')], { name: 'S', aliases: ['R'] })],
    ['an alias of the record, in full', record([field('int')], { name: 'S', aliases: ['arbitrex.R'] })],
  ])('%s will do', async (_what, reader) => {
    expect(await read(reader, writer, body(writer, { f: 1 }))).toEqual({ f: 1 });
  });

  test('another name will not', async () => {
    const reader = record([field('int')], { name: 'S' });
    await expect(read(reader, writer, body(writer, { f: 1 }))).rejects.toThrow('no alias found for arbitrex.R');
  });

  test('a renamed field is found by its alias', async () => {
    const reader = record([{ name: 'g', type: 'long', aliases: ['e', 'f'] }]);
    expect(await read(reader, writer, body(writer, { f: 1 }))).toEqual({ g: 1 });
  });

  test('one field of the writer may stand for two of the reader', async () => {
    const reader = record([field('long'), { name: 'g', type: 'double', aliases: ['f'] }]);
    expect(await read(reader, writer, body(writer, { f: 1 }))).toEqual({ f: 1, g: 1 });
  });

  test('a reader whose alias is as good as its name does not guess', async () => {
    const both = record([field('int'), { name: 'g', type: 'int' }]);
    const reader = record([{ name: 'g', type: 'int', aliases: ['f'] }]);
    await expect(read(reader, both, body(both, { f: 1, g: 2 }))).rejects.toThrow('ambiguous aliasing for arbitrex.R.g');
  });

  test.each<[what: string, from: object, to: object, value: unknown]>([
    ['enum', side(['BUY']), { ...side(['BUY']), name: 'Way', aliases: ['Side'] }, 'BUY'],
    ['fixed', fixed(2), { ...fixed(2, 'Digest'), aliases: ['Hash'] }, Buffer.of(1, 2)],
    ['nested record', point('P', 'x'), { ...point('Q', 'x'), aliases: ['P'] }, { x: 1 }],
  ])('an alias of a %s counts, and without it the name does', async (_what, from, to, value) => {
    expect(await readAs(from, to, value)).toEqual(value);
    await expect(readAs(from, { ...to, aliases: [] }, value)).rejects.toThrow(UndecodableError);
  });
});

describe('fields', () => {
  test('may come in another order', async () => {
    const [a, b] = [
      { name: 'a', type: 'string' },
      { name: 'b', type: 'long' },
    ];
    const writer = record([a, b]);
    expect(await read(record([b, a]), writer, reference(writer).toBuffer({ a: 'x', b: 2 }))).toEqual({ b: 2, a: 'x' });
  });

  /** A reader's own copies: what one record's default holds is not another's. */
  test.each<[type: Schema, byDefault: unknown, read?: unknown]>([
    ['null', null],
    ['boolean', true],
    ['int', -1],
    ['long', 9_007_199_254_740_991],
    ['float', 0.5],
    ['double', 1e300],
    ['string', 'unknown'],
    ['bytes', '\u00ff\u0000', Buffer.of(255, 0)],
    [fixed(2), '\u0001\u00fe', Buffer.of(1, 254)],
    [side(['BUY', 'SELL']), 'SELL'],
    [{ type: 'array', items: 'long' }, [1, 2]],
    [{ type: 'map', values: 'string' }, { a: 'b' }],
    [['null', 'double'], null],
    [['double', 'null'], 1.5],
    [logical('long', 'timestamp-millis'), 0],
    [point('P', 'x', 'y'), { x: 1, y: 2 }],
    [
      {
        type: 'record',
        name: 'P',
        fields: [
          { name: 'x', type: 'int' },
          { name: 'y', type: ['null', 'int'], default: null },
        ],
      },
      { x: 1 },
      { x: 1, y: null },
    ],
    [{ type: 'array', items: point('P', 'x') }, [{ x: 1 }, { x: 2 }]],
    [{ type: 'map', values: { type: 'array', items: ['null', 'string'] } }, { a: [] }],
  ])('that the writer lacks are the default: %j %j', async (type, byDefault, expected = byDefault) => {
    const writer = record([{ name: 'other', type: 'int' }]);
    const body = reference(writer).toBuffer({ other: 1 });
    expect(await read(record([field(type, { default: byDefault })]), writer, body)).toEqual({ f: expected });
  });

  test('that the writer lacks and that have no default make the schema unreadable', async () => {
    const writer = record([{ name: 'other', type: 'int' }]);
    await expect(read(record([field('int')]), writer, Buffer.of(2))).rejects.toThrow('no matching field for default-less arbitrex.R.f');
  });

  test('of the writer may have defaults that are none: they say nothing about its records', async () => {
    const writer = record([field(['double', 'null'], { default: null })]);
    expect(await read(record([field(['null', 'double'])]), writer, Buffer.concat([Buffer.of(0), Buffer.alloc(8)]))).toEqual({ f: 0 });
  });

  const nested = { type: 'array', items: { type: 'map', values: ['null', point('P', 'x', 'y')] } };
  test.each<[type: Schema, value: unknown]>([
    ['null', null],
    ['boolean', true],
    ['int', -1],
    ['long', 2 ** 40],
    ['float', 0.5],
    ['double', 0.5],
    ['string', 'text'],
    ['bytes', Buffer.of(1, 2, 3)],
    [fixed(3), Buffer.of(1, 2, 3)],
    [side(['BUY', 'SELL']), 'SELL'],
    [['null', 'string'], 'text'],
    [['null', 'string'], null],
    [nested, [{ a: null, b: { x: 1, y: 2 } }, {}]],
    [point('P', 'x', 'y'), { x: 1, y: 2 }],
  ])('that the reader lacks are passed over: %j', async (type, value) => {
    const writer = record([field('int'), { name: 'gone', type }, { name: 'g', type: 'int' }]);
    const body = reference(writer).toBuffer({ f: 1, gone: value, g: 2 });
    expect(await read(record([field('int'), { name: 'g', type: 'int' }]), writer, body)).toEqual({ f: 1, g: 2 });
  });

  test.each([
    ['a long beyond 2^53', 'feffffffffffffffff01'],
    ['the least long', 'ffffffffffffffffff01'],
  ])('that the reader lacks are passed over: %s', async (_what, hex) => {
    const writer = record([{ name: 'gone', type: 'long' }, field('int')]);
    expect(await read(record([field('int')]), writer, Buffer.concat([Buffer.from(hex, 'hex'), Buffer.of(2)]))).toEqual({ f: 1 });
  });

  test.each([
    ['a long without an end', 'ffffff', 'the value ends within a field'],
    ['a long of too many bytes', 'ffffffffffffffffffff01', 'takes more than 10 bytes'],
  ])('that the reader lacks are still checked: %s', async (_what, hex, why) => {
    const writer = record([{ name: 'gone', type: 'long' }]);
    await expect(read(record([field('int', { default: 0 })]), writer, Buffer.from(hex, 'hex'))).rejects.toThrow(why);
  });

  test('of nested records follow the same rules, in arrays of a recursive type as well', async () => {
    const tree = (...fields: object[]) => ({
      type: 'record',
      name: 'Tree',
      fields: [...fields, { name: 'leaves', type: { type: 'array', items: 'Tree' } }],
    });
    const from = tree({ name: 'gone', type: 'string' }, { name: 'size', type: 'int' });
    const to = tree({ name: 'size', type: 'double' }, { name: 'colour', type: 'string', default: 'green' });
    const leaf = { gone: 'x', size: 2, leaves: [] };
    const read1 = { size: 2, colour: 'green', leaves: [] };
    expect(await readAs(from, to, { gone: 'y', size: 1, leaves: [leaf, leaf] })).toEqual({ ...read1, size: 1, leaves: [read1, read1] });
  });
});

describe('unions', () => {
  const branch = (index: number, ...bytes: number[]) => Buffer.of(2 * index, ...bytes);

  test.each<[what: string, from: Schema, to: Schema, body: Buffer, read: unknown]>([
    ['the same branches in another order', ['null', 'int'], ['int', 'null'], branch(1, 2), 1],
    ['a plain type, read as a union', 'int', ['null', 'int'], Buffer.of(2), 1],
    ['a plain type, read as the first branch that it goes with', 'int', ['null', 'double'], Buffer.of(2), 1],
    ['a union, read as a plain type', ['null', 'int'], 'long', branch(1, 2), 1],
    ['a union of one, read as a plain type', ['int'], 'int', branch(0, 2), 1],
    ['a wider union, read as a narrower one', ['null', 'int', 'string'], ['null', 'int'], branch(1, 2), 1],
    ['a branch that is promoted', ['null', 'long'], ['null', 'double'], branch(1, 2), 1],
    ['a union of several numbers', ['null', 'int', 'float'], ['null', 'double'], Buffer.concat([branch(2), Buffer.of(0, 0, 0, 63)]), 0.5],
    ['a record in a union', ['null', point('P', 'x')], ['null', point('P', 'x')], branch(1, 2), { x: 1 }],
    ['a plain record, read as a union', point('P', 'x', 'y'), ['null', point('P', 'y')], Buffer.of(2, 4), { y: 2 }],
    ['items that are unions', { type: 'array', items: ['null', 'int'] }, { type: 'array', items: 'int' }, Buffer.of(2, 2, 6, 0), [3]],
  ])('%s', async (_what, from, to, body, expected) => {
    expect(await read(record([field(to)]), record([field(from)]), body)).toEqual({ f: expected });
  });

  test.each<[what: string, from: Schema[], to: Schema, body: Buffer]>([
    ['a null, where the reader takes none', ['null', 'int'], 'int', branch(0)],
    ['a branch that no branch of the reader goes with', ['null', 'string', 'int'], ['null', 'int'], branch(1, 2, 97)],
    ['a branch that the writer does not have', ['null', 'int'], ['null', 'int'], branch(2, 2)],
  ])('refuse the record that has %s, and no other', async (_what, from, to, body) => {
    await expect(read(record([field(to)]), record([field(from)]), body)).rejects.toThrow(UndecodableError);
    expect(await read(record([field(to)]), record([field(from)]), branch(from.indexOf('int'), 2))).toEqual({ f: 1 });
  });

  test('refuse the schema where no branch goes with the reader', async () => {
    const unreadable = read(record([field('int')]), record([field(['null', 'string'])]), branch(0));
    await expect(unreadable).rejects.toThrow("the schema with id 1 cannot be read as this topic's");
  });

  test('that the reader lacks name the branch they do not have', async () => {
    const writer = record([{ name: 'gone', type: ['null', 'int'] }, field('int')]);
    await expect(read(record([field('int')]), writer, branch(7, 2))).rejects.toThrow('invalid union index: 7');
  });
});

describe('enums', () => {
  const from = side(['BUY', 'SELL', 'CROSS']);

  test.each<[to: object, written: string, read: string]>([
    [side(['CROSS', 'SELL', 'BUY']), 'SELL', 'SELL'],
    [side(['NONE', 'BUY', 'SELL'], { default: 'NONE' }), 'CROSS', 'NONE'],
    [side(['NONE', 'BUY', 'SELL'], { default: 'NONE' }), 'SELL', 'SELL'],
    [side(['BUY', 'SELL']), 'SELL', 'SELL'],
  ])('are read by symbol, and an unknown one as the default: %j %s', async (to, written, expected) => {
    expect(await readAs(from, to, written)).toBe(expected);
  });

  test('without a default refuse the record that has an unknown symbol, in a union, a second field or an array too', async () => {
    const to = side(['BUY', 'SELL']);
    await expect(readAs(from, to, 'CROSS')).rejects.toThrow(UndecodableError);
    await expect(readAs(['null', from], ['null', to], 'CROSS')).rejects.toThrow(UndecodableError);
    expect(await readAs(['null', from], ['null', to], 'BUY')).toBe('BUY');
    const twice = (type: object) => record([field(type), { name: 'g', type: { type: 'array', items: 'arbitrex.Side' } }]);
    const body = (g: string[]) => reference(twice(from)).toBuffer({ f: 'BUY', g });
    expect(await read(twice(to), twice(from), body(['SELL']))).toEqual({ f: 'BUY', g: ['SELL'] });
    await expect(read(twice(to), twice(from), body(['CROSS']))).rejects.toThrow(UndecodableError);
  });

  test('have no more symbols than their schema has', async () => {
    await expect(read(record([field(from)]), record([field(from)]), Buffer.of(6))).rejects.toThrow(UndecodableError);
  });
});

describe('blocks', () => {
  const items = { type: 'array', items: 'int' };
  const values = { type: 'map', values: 'int' };
  /** Two blocks: the first with a negative count and its size in bytes, as writers that buffer make them. */
  const arrayBlocks = Buffer.of(3, 4, 2, 4, 2, 6, 0);
  const mapBlocks = Buffer.of(1, 6, 2, 97, 2, 2, 2, 98, 4, 0);

  test.each<[type: Schema, bytes: Buffer, read: unknown]>([
    [items, arrayBlocks, [1, 2, 3]],
    [values, mapBlocks, { a: 1, b: 2 }],
  ])('with their size before them are read: %j', async (type, bytes, expected) => {
    expect(await read(record([field(type)]), record([field(type)]), bytes)).toEqual({ f: expected });
  });

  test.each<[type: Schema, bytes: Buffer]>([
    [items, arrayBlocks],
    [values, mapBlocks],
  ])('with their size before them are passed over: %j', async (type, bytes) => {
    const writer = record([{ name: 'gone', type }, field('int')]);
    expect(await read(record([field('int')]), writer, Buffer.concat([bytes, Buffer.of(8)]))).toEqual({ f: 4 });
  });
});
