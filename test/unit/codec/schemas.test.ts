import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateRecords } from '../../../scripts/generate-types.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { packageRoot } from '../../../src/paths.ts';

const fieldNames = (name: keyof typeof schemas) => schemas[name].fields.map((field) => field.name);

describe('the schemas', () => {
  it('live in one namespace', () => {
    for (const schema of Object.values(schemas)) expect(schema.namespace).toBe('arbitrex');
  });

  it('give a tick the fields of the specification', () => {
    const fields = schemas.tick.fields.map(({ doc, ...field }) => field);
    const time = { type: 'long', logicalType: 'timestamp-millis' };
    expect(fields).toEqual([
      { name: 'symbol', type: 'string' },
      { name: 'event_time', type: time },
      { name: 'bid', type: 'double' },
      { name: 'ask', type: 'double' },
      { name: 'last', type: ['null', 'double'], default: null },
      { name: 'volume', type: ['null', 'double'], default: null },
      { name: 'seq', type: ['null', 'long'], default: null },
      { name: 'source_id', type: 'string', default: 'unknown' },
    ]);
  });

  it('give a clean bar its 15 columns, then tick_count and is_partial', () => {
    expect(fieldNames('clean-ohlcv').join(' ')).toBe(
      'timestamp_utc symbol timeframe open high low close volume log_return_1 spread_estimate is_missing is_outlier valid_bar source_id ' +
        'schema_version tick_count is_partial',
    );
  });

  it('give a tier-1 record every feature column in order, nullable', () => {
    const features = schemas['features-tier1'].fields.slice(7);
    expect(features.map(({ name }) => name)).toEqual(FEATURE_COLUMNS);
    for (const { type, default: value } of features) expect({ type, value }).toEqual({ type: ['null', 'double'], value: null });
  });
});

describe('the generated records', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'arbitrex-schemas-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, schema: object) => writeFileSync(join(folder, file), JSON.stringify(schema));
  const record = (name: string, fields: object[]) => ({ type: 'record', name, namespace: 'arbitrex', doc: `A ${name}.`, fields });

  it('are current with schemas/', () => {
    const generated = readFileSync(join(packageRoot, 'src', 'codec', 'generated', 'records.ts'), 'utf8');
    expect(generated).toBe(generateRecords(join(packageRoot, 'schemas')));
  });

  it('carry docs over and turn nullable types into unions', () => {
    write('thing.avsc', record('Thing', [{ name: 'sizes', type: { type: 'array', items: ['null', 'long'] }, doc: 'Sizes, mm.' }]));
    expect(generateRecords(folder)).toContain(
      '/** A Thing. */\nexport interface Thing {\n  /** Sizes, mm. */\n  sizes: (number | null)[];\n}\n',
    );
  });

  it('need a doc on every field', () => {
    write('thing.avsc', record('Thing', [{ name: 'size', type: 'long' }]));
    expect(() => generateRecords(folder)).toThrow('schemas/thing.avsc: Thing.size has no doc');
  });

  it('need a record to be the same wherever it is used', () => {
    write('a.avsc', record('Thing', [{ name: 'size', type: 'long', doc: 'Size.' }]));
    write('b.avsc', record('Thing', [{ name: 'size', type: 'double', doc: 'Size.' }]));
    expect(() => generateRecords(folder)).toThrow('schemas/b.avsc: record Thing is defined otherwise in another schema');
  });

  it('refuse a type that the generator does not know', () => {
    write('thing.avsc', record('Thing', [{ name: 'size', type: 'float', doc: 'Size.' }]));
    expect(() => generateRecords(folder)).toThrow('schemas/thing.avsc: type "float" is not one the generator knows');
  });
});
