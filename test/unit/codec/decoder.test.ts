import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { PoisonError, RegistryOutage, UndecodableError, UnknownSchemaError } from '../../../src/codec/errors.ts';
import { type ControlState, schemas } from '../../../src/codec/generated/records.ts';
import { valuesAsRecords } from '../records.ts';
import { FixedSchemas, framed, reference, SEED } from './support.ts';

interface Point {
  x: number;
  label: string | null;
}

const record = (fields: object[], name = 'Point') => ({ type: 'record', name, namespace: 'arbitrex', fields });
const x = { name: 'x', type: 'double' };
const label = { name: 'label', type: ['null', 'string'], default: null };
const point = record([x, label]);

/** What the decoder of Points makes of a value written with `writerSchema`. */
async function decode(writerSchema: object, body: Buffer): Promise<Point> {
  const decoder = new RecordDecoder<Point>(new FixedSchemas({ 1: writerSchema }), point);
  const value = framed(1, body);
  await decoder.prepare([value]);
  return decoder.decode(value);
}

const encode = (schema: object, value: object) => reference(schema).toBuffer(value);

describe('RecordDecoder', () => {
  it('reads a record back', async () => {
    const halt: ControlState = { halted: true, reason: 'fat finger', requested_by: null, requested_at: 1_700_000_000_000 };
    const value = encodeRecord('control', 7, halt);
    const decoder = new RecordDecoder<ControlState>(new FixedSchemas({ 7: schemas.control }), schemas.control);
    await decoder.prepare([value]);
    expect(decoder.decode(value)).toEqual(halt);
  });

  it('passes over a field that the reader does not know', async () => {
    const writer = record([{ name: 'extra', type: { type: 'array', items: 'string' } }, x, label]);
    expect(await decode(writer, encode(writer, { extra: ['a', 'b'], x: 1.5, label: 'here' }))).toEqual({ x: 1.5, label: 'here' });
  });

  it('takes the default of a field that the writer did not know', async () => {
    const writer = record([x]);
    expect(await decode(writer, encode(writer, { x: 1.5 }))).toEqual({ x: 1.5, label: null });
  });

  it('reads an int where it expects a double, and logical types as plain numbers', async () => {
    const writer = record([{ name: 'x', type: { type: 'long', logicalType: 'timestamp-millis' } }]);
    expect(await decode(writer, encode(writer, { x: 42 }))).toEqual({ x: 42, label: null });
  });

  it('says which field keeps a schema from being read', async () => {
    const writer = record([label]);
    await expect(decode(writer, encode(writer, { label: null }))).rejects.toThrow(
      new UndecodableError("the schema with id 1 cannot be read as this topic's: no matching field for default-less arbitrex.Point.x"),
    );
  });

  it.each([
    ['a byte too few', point, encode(point, { x: 1, label: null }).subarray(0, -1), 'the value ends within a field'],
    ['a byte too many', point, Buffer.concat([encode(point, { x: 1, label: null }), Buffer.of(0)]), '1 bytes follow the record'],
    ['a union without such a branch', point, Buffer.concat([Buffer.alloc(8), Buffer.of(4)]), 'invalid union index: 2'],
    ['a text of negative length', point, Buffer.concat([Buffer.alloc(8), Buffer.of(2, 1)]), 'the length before byte 15 is negative: -1'],
    ['a text longer than the value', point, Buffer.concat([Buffer.alloc(8), Buffer.of(2, 100)]), 'the value ends within a field'],
    [
      'a long beyond 2^53',
      record([{ name: 'x', type: 'long' }]),
      Buffer.from('ffffffffffffffffff01', 'hex'),
      'the long at byte 5 is beyond 2^53',
    ],
  ])('refuses %s', async (_what, schema, body, message) => {
    const refused = decode(schema, body);
    await expect(refused).rejects.toThrow(UndecodableError);
    await expect(refused).rejects.toThrow(message);
  });

  it('refuses an array that claims more items than there are bytes, without making room for them', async () => {
    const writer = record([{ name: 'extra', type: { type: 'array', items: 'string' } }, x]);
    const millions = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10]);
    await expect(decode(writer, millions)).rejects.toThrow('the value ends within a field');
  });

  it('refuses a block of an array whose size leads back to where it began', async () => {
    const writer = record([{ name: 'extra', type: { type: 'array', items: 'string' } }, x]);
    // A block of -1 items, then its size in bytes: two back.
    await expect(decode(writer, Buffer.of(1, 3))).rejects.toThrow('the value ends within a field');
  });

  it('throws poison and nothing else for any bytes', async () => {
    const decoder = new RecordDecoder(new FixedSchemas({ 3: schemas['clean-state'] }), schemas['clean-state']);
    await decoder.prepare([framed(3, Buffer.alloc(0))]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          decoder.decode(framed(3, Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(PoisonError);
        }
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});

describe('preparing a batch', () => {
  const known = framed(1, encode(point, { x: 1, label: null }));
  const unknown = framed(2, Buffer.alloc(8));

  it('looks each schema up once', async () => {
    const source = new FixedSchemas({ 1: point });
    const decoder = new RecordDecoder<Point>(source, point);
    await decoder.prepare([known, null, Buffer.from('no record'), known]);
    await decoder.prepare([known]);
    expect(source.lookups).toBe(1);
  });

  it('leaves an unknown id to the record that has it', async () => {
    const decoder = new RecordDecoder<Point>(new FixedSchemas({ 1: point }), point);
    await decoder.prepare([known, unknown]);
    expect(decoder.decode(known).x).toBe(1);
    expect(() => decoder.decode(unknown)).toThrow(UnknownSchemaError);
    expect(() => decoder.decode(unknown)).toThrow('schema id 2 is not known to the registry at http://test');
  });

  it('asks for an unknown id again with the next batch: it may have been registered', async () => {
    const registered: Record<number, object> = {};
    const decoder = new RecordDecoder<Point>({ schemaById: (id) => new FixedSchemas(registered).schemaById(id) }, point);
    await decoder.prepare([known]);
    expect(() => decoder.decode(known)).toThrow(UnknownSchemaError);
    registered[1] = point;
    await decoder.prepare([known]);
    expect(decoder.decode(known).x).toBe(1);
  });

  it('hands an outage on, and can be tried again', async () => {
    let isDown = true;
    const decoder = new RecordDecoder<Point>(
      {
        schemaById: async () => {
          if (isDown) throw new RegistryOutage('down');
          return point;
        },
      },
      point,
    );
    await expect(decoder.prepare([known])).rejects.toThrow(RegistryOutage);
    isDown = false;
    await decoder.prepare([known]);
    expect(decoder.decode(known).x).toBe(1);
  });

  it('serves a batch with more schemas than it keeps', async () => {
    const ids = Array.from({ length: 1_500 }, (_, i) => i + 1);
    const decoder = new RecordDecoder<Point>(new FixedSchemas(Object.fromEntries(ids.map((id) => [id, point]))), point);
    const values = ids.map((id) => framed(id, encode(point, { x: id, label: null })));
    await decoder.prepare([known]);
    await decoder.prepare(values);
    expect(values.map((value) => decoder.decode(value).x)).toEqual(ids);
  });

  it('of one batch holds while others are prepared, whatever they need and push out', async () => {
    const ids = Array.from({ length: 1_500 }, (_, i) => i + 1);
    const decoder = new RecordDecoder<Point>(new FixedSchemas(Object.fromEntries(ids.map((id) => [id, point]))), point);
    const [first, others] = [valuesAsRecords([known]), valuesAsRecords(ids.slice(1).map((id) => framed(id, Buffer.alloc(0))))];
    await decoder.prepareAll(first);
    await decoder.prepareAll(others);
    expect(decoder.decodeAt(first, 0).x).toBe(1);
  });

  it('of an unknown schema holds while another batch asks for it again', async () => {
    const answers: PromiseWithResolvers<object>[] = [];
    const schemaById = () => {
      answers.push(Promise.withResolvers());
      return answers.at(-1)!.promise;
    };
    const decoder = new RecordDecoder<Point>({ schemaById }, point);
    const [first, second] = [valuesAsRecords([known]), valuesAsRecords([known])];
    const prepared = decoder.prepareAll(first);
    answers[0]!.reject(new UnknownSchemaError(1, 'a registry'));
    await prepared;
    const again = decoder.prepareAll(second);
    expect(() => decoder.decodeAt(first, 0)).toThrow(UnknownSchemaError);
    answers[1]!.resolve(point);
    await again;
    expect(() => decoder.decodeAt(first, 0)).toThrow(UnknownSchemaError);
    expect(decoder.decodeAt(second, 0).x).toBe(1);
  });

  it('is not to be left out', () => {
    const decoder = new RecordDecoder<Point>(new FixedSchemas({ 1: point }), point);
    expect(() => decoder.decode(known)).toThrow('schema id 1 was not prepared');
  });
});
