import { describe, expect, it } from 'vitest';
import { UndecodableError } from '../../../src/codec/errors.ts';
import { schemaIdOf, schemaIdsIn, schemaIdsOf } from '../../../src/codec/wire.ts';
import { valuesAsRecords } from '../records.ts';

describe('schemaIdOf', () => {
  it('reads the id after the magic byte', () => {
    expect(schemaIdOf(Buffer.from([0, 0, 0, 1, 2, 99]))).toBe(258);
    expect(schemaIdOf(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))).toBe(4_294_967_295);
  });

  it.each([
    ['no value', null, 'the record has no value'],
    ['too few bytes', Buffer.from([0, 0, 0, 1]), 'the value has 4 bytes: too short for a magic byte and a schema id'],
    [
      'another magic byte',
      Buffer.from('{"a":1}'),
      'the value begins with byte 123, not with the magic byte 0 of the Confluent wire format',
    ],
  ])('refuses %s', (_what, value, message) => {
    expect(() => schemaIdOf(value)).toThrow(new UndecodableError(message));
    expect(schemaIdsOf([value])).toEqual(new Set());
    expect(schemaIdsIn(valuesAsRecords([value]))).toEqual(new Set());
  });
});

describe('schemaIdsOf and schemaIdsIn', () => {
  it('give every id once, whatever lies between', () => {
    const values = [7, 7, 9, 7].map((id) => Buffer.of(0, 0, 0, 0, id, 1));
    const mixed = [values[0]!, null, values[1]!, Buffer.of(1), values[2]!, values[3]!];
    expect(schemaIdsOf(mixed)).toEqual(new Set([7, 9]));
    expect(schemaIdsIn(valuesAsRecords(mixed))).toEqual(new Set([7, 9]));
  });
});
