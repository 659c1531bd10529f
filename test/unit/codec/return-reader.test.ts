import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { encodeFeatureRow } from '../../../src/codec/encoders.ts';
import { UndecodableError } from '../../../src/codec/errors.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { type JoinedReturn, returnReader } from '../../../src/codec/return-reader.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { valuesAsRecords } from '../records.ts';
import { FixedSchemas, long, nullableDouble, SEED, text } from './support.ts';

const OWN = 1;
/** With a field before all others, which a reader of ours passes over. */
const LATER = 2;
const tier1 = schemas['features-tier1'];
const later = { ...tier1, fields: [{ name: 'novelty', type: 'string', default: '' }, ...tier1.fields] };
const source = new FixedSchemas({ [OWN]: tier1, [LATER]: later });
const plain = new RecordDecoder<JoinedReturn>(source, tier1);
const quick = new RecordDecoder<JoinedReturn>(source, tier1, returnReader());
const writer = new AvroWriter();

const values = fc
  .array(nullableDouble, { minLength: FEATURE_COLUMNS.length, maxLength: FEATURE_COLUMNS.length })
  .map((list) => Float64Array.from(list));
const row = fc.record({
  symbol: text,
  timeframe: fc.constantFrom('1m' as const, '1D' as const),
  timestampUtc: long,
  validBar: fc.boolean(),
  mlReady: fc.boolean(),
  logReturn1: nullableDouble,
  values,
});

const joined = ({ symbol, timeframe, timestamp_utc, log_return_1 }: JoinedReturn) => ({ symbol, timeframe, timestamp_utc, log_return_1 });

describe('what the join reads of a tier-1 record', () => {
  it('is what the whole record has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const records = valuesAsRecords(rows.map((one) => encodeFeatureRow(writer, OWN, 'abc', one)));
        await Promise.all([plain.prepareAll(records), quick.prepareAll(records)]);
        for (const i of rows.keys()) expect(joined(quick.decodeAt(records, i))).toEqual(joined(plain.decodeAt(records, i)));
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('comes by the resolver where the writer had another schema', async () => {
    const one = { symbol: 'EURUSD', timeframe: '1m' as const, timestampUtc: 60_000, validBar: true, mlReady: false, logReturn1: 0.5 };
    const own = encodeFeatureRow(writer, OWN, 'abc', { ...one, values: new Float64Array(FEATURE_COLUMNS.length) });
    const value = Buffer.concat([Buffer.of(0, 0, 0, 0, LATER, 2), Buffer.from('x'), own.subarray(5)]);
    const records = valuesAsRecords([value]);
    await quick.prepareAll(records);
    expect(joined(quick.decodeAt(records, 0))).toEqual({ symbol: 'EURUSD', timeframe: '1m', timestamp_utc: 60_000, log_return_1: 0.5 });
  });

  it('is refused where the bytes end before it', async () => {
    const records = valuesAsRecords([Buffer.of(0, 0, 0, 0, OWN, 12, 69)]);
    await quick.prepareAll(records);
    expect(() => quick.decodeAt(records, 0)).toThrow(UndecodableError);
  });
});
