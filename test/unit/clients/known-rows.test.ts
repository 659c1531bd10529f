import { expect, it } from 'vitest';
import { toFeatureRow } from '../../../src/clients/known-rows.ts';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { schemas, type Tier1Features } from '../../../src/codec/generated/records.ts';
import { FEATURES_HEADER, featureLine, KNOWN_FEATURES_HEADER, knownFeatureLine } from '../../../src/csv/results.ts';
import { FEATURE_COLUMNS, type FeatureRow } from '../../../src/domain/feature-row.ts';
import { DEFAULT_BARS } from '../../../src/domain/settings.ts';
import { domainSettings } from '../runtime/support.ts';
import { codecFor, ourSchemas } from '../worker/support.ts';

const ROW: FeatureRow = {
  symbol: 'EURUSD',
  timeframe: '1m',
  timestampUtc: 60_000,
  validBar: true,
  mlReady: false,
  logReturn1: 0.1 + 0.2,
  values: Float64Array.from(FEATURE_COLUMNS, (_, i) => (i % 3 === 0 ? Number.NaN : i / 7)),
};

async function throughTheTopic(row: FeatureRow): Promise<Tier1Features> {
  const value = codecFor(domainSettings(DEFAULT_BARS)).featureRow(row);
  const decoder = new RecordDecoder<Tier1Features>(ourSchemas(), schemas['features-tier1']);
  await decoder.prepare([value]);
  return decoder.decode(value);
}

it('a row read from its topic is the row that was written, nulls and all', async () => {
  expect(toFeatureRow(await throughTheTopic(ROW))).toEqual(ROW);
  const empty = { ...ROW, logReturn1: Number.NaN, values: ROW.values.map(() => Number.NaN) };
  expect(toFeatureRow(await throughTheTopic(empty))).toEqual(empty);
});

it('a line of an export is that of tier1.csv with the version and the time it went out behind it', () => {
  expect(KNOWN_FEATURES_HEADER).toBe(`${FEATURES_HEADER},feature_version,emitted`);
  expect(knownFeatureLine(ROW, 'd838813ae4972726', 1_764_095_303_123)).toBe(`${featureLine(ROW)},d838813ae4972726,1764095303123`);
});
