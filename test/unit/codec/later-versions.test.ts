/** Whatever decodes records reads those of a later version of their schema as the types of today. */
import { describe, expect, test } from 'vitest';
import { DeadLetterTicks } from '../../../src/clients/dead-letter-tick.ts';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { encodeFeatureRow, encodeTick } from '../../../src/codec/encoders.ts';
import { UndecodableError } from '../../../src/codec/errors.ts';
import { type DeadLetter, type RecordSchema, type SchemaName, schemas } from '../../../src/codec/generated/records.ts';
import { returnReader } from '../../../src/codec/return-reader.ts';
import { TickDecoder } from '../../../src/codec/tick-decoder.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { createGrids, SymbolStage } from '../../../src/domain/symbol-stage.ts';
import { emptyTick, type Tick } from '../../../src/domain/tick.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { StateReader } from '../../../src/worker/state-reader.ts';
import { buildTopology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';
import { valuesAsRecords } from '../records.ts';
import { codecFor } from '../worker/support.ts';
import { FixedSchemas, framed, reference } from './support.ts';

const LATER = 9;
const NAMES = Object.keys(schemas) as SchemaName[];
const ADDED = [
  { name: 'note', type: ['null', 'string'], default: null },
  { name: 'received_ns', type: 'long', default: 0 },
];
/** A note of two letters, and nanoseconds that no double holds. */
const ADDED_BYTES = Buffer.from('02046f6bfeffffffffffffffff01', 'hex');

function later(name: SchemaName): RecordSchema {
  return { ...schemas[name], fields: [...schemas[name].fields, ...ADDED] };
}

function sourceOf(name: SchemaName): FixedSchemas {
  return new FixedSchemas({ [LATER]: later(name) });
}

/** A value of today as the later version writes it. */
function asLater(value: Buffer): Buffer {
  return framed(LATER, Buffer.concat([value.subarray(5), ADDED_BYTES]));
}

const tick: Tick = { ...emptyTick(), symbol: 'EURUSD', eventTime: 60_000, bid: 1.1, ask: 1.2, hasSeq: true, seq: 7, sourceId: 'venue-1' };
const tickValue = encodeTick(new AvroWriter(), 1, tick);

test.each(NAMES)('%s: its fields, and no others', async (name) => {
  const record = reference(schemas[name]).random() as object;
  const decoder = new RecordDecoder<object>(sourceOf(name), schemas[name]);
  const value = asLater(framed(1, reference(schemas[name]).toBuffer(record)));
  await decoder.prepare([value]);
  expect({ ...decoder.decode(value) }).toEqual({ ...record });
});

test.each(NAMES)('%s: in the reverse order too', async (name) => {
  const record = reference(schemas[name]).random() as object;
  const reversed = { ...schemas[name], fields: schemas[name].fields.toReversed() };
  const decoder = new RecordDecoder<object>(new FixedSchemas({ 1: reversed }), schemas[name]);
  const value = framed(1, reference(reversed).toBuffer(record));
  await decoder.prepare([value]);
  expect({ ...decoder.decode(value) }).toEqual({ ...record });
});

describe('a tick', () => {
  async function decode(schema: object, body: Buffer): Promise<Tick> {
    const decoder = new TickDecoder(new FixedSchemas({ [LATER]: schema }));
    const records = valuesAsRecords([framed(LATER, body)]);
    await decoder.prepare(records);
    const into = emptyTick();
    decoder.decodeInto(records, 0, into);
    return into;
  }

  test('with fields behind ours', async () => {
    expect(await decode(later('tick'), asLater(tickValue).subarray(5))).toEqual(tick);
  });

  test('as a branch of a union', async () => {
    const union = ['null', later('tick')];
    expect(await decode(union, Buffer.concat([Buffer.of(2), asLater(tickValue).subarray(5)]))).toEqual(tick);
  });

  test.each([
    ['that ends within them', asLater(tickValue).subarray(5, -3), 'the value ends within a field'],
    ['with bytes behind them', Buffer.concat([asLater(tickValue).subarray(5), Buffer.of(0)]), '1 bytes follow the record'],
    ['with a branch that they do not have', Buffer.concat([tickValue.subarray(5), Buffer.of(6, 0)]), 'invalid union index: 3'],
  ])('%s is refused', async (_what, body, why) => {
    const refused = decode(later('tick'), body);
    await expect(refused).rejects.toThrow(UndecodableError);
    await expect(refused).rejects.toThrow(why);
  });

  test('whose time is in microseconds is refused: it would be taken for one a thousand times as late', async () => {
    const fields = schemas.tick.fields.map((field) =>
      field.name === 'event_time' ? { ...field, type: { type: 'long', logicalType: 'timestamp-micros' } } : field,
    );
    await expect(decode({ ...schemas.tick, fields }, tickValue.subarray(5))).rejects.toThrow(
      'cannot read timestamp-micros as timestamp-millis',
    );
  });

  test('inside a dead letter', async () => {
    const ticks = new DeadLetterTicks(sourceOf('tick'));
    expect(await ticks.tickOf({ value: asLater(tickValue) } as DeadLetter)).toMatchObject({
      symbol: 'EURUSD',
      bid: 1.1,
      seq: 7,
      last: null,
    });
  });
});

test('a return that the join reads: by the quick way, which resolves nothing', async () => {
  const row = { symbol: 'EURUSD', timeframe: '1m' as const, timestampUtc: 60_000, validBar: true, mlReady: false, logReturn1: 0.5 };
  const value = asLater(encodeFeatureRow(new AvroWriter(), 1, 'abc', { ...row, values: new Float64Array(FEATURE_COLUMNS.length) }));
  const ways: unknown[] = [];
  const quick = returnReader();
  const decoder = new RecordDecoder(sourceOf('features-tier1'), schemas['features-tier1'], (writer) => {
    const way = quick(writer);
    ways.push(way);
    return way;
  });
  const records = valuesAsRecords([value]);
  await decoder.prepareAll(records);
  expect(ways).toEqual([{ _read: expect.any(Function) }]);
  expect(decoder.decodeAt(records, 0)).toEqual({ symbol: 'EURUSD', timeframe: '1m', timestamp_utc: 60_000, log_return_1: 0.5 });
});

describe('saved state', () => {
  const settings = parseSettings(
    'symbols: [A, B]\ntimeframes: [1m]\nwindow: 2\nmin_obs: 2\nuniverses: [{name: u, symbols: [A, B]}]',
    'test',
  );
  const { domain } = settings;
  const slot = buildTopology(settings).joins[0]!;
  const codec = codecFor(domain);

  test('of the clean stage', async () => {
    const stage = new SymbolStage<InputRecord>('EURUSD', domain.bars, createGrids(domain.bars));
    const value = codec.cleanState('EURUSD', 7, stage.snapshot());
    const own = await codec.readCleanStates([value]);
    expect(await new StateReader(domain, sourceOf('clean-state')).readCleanStates([asLater(value)])).toEqual(own);
    expect(own.isUsable).toBe(true);
  });

  test('of tier 1', async () => {
    const counters = { timestampUtc: 60_000, inputOffset: 1, bars: 2, validBars: 1, restarts: 0, recentValid: Uint8Array.of(1) };
    const bar = { isValid: true, high: 3, low: 1, close: 2, logReturn1: Number.NaN, spreadEstimate: 0.1 };
    const value = codec.tier1State('EURUSD', '1m', { ...counters, ...bar });
    const own = await codec.readTier1States([value]);
    expect(await new StateReader(domain, sourceOf('tier1-state')).readTier1States([asLater(value)])).toEqual(own);
    expect(own.isUsable).toBe(true);
  });

  test('of the join', async () => {
    const body = { window: 2, version: 2, rows: 3, last_emitted: 60_000, behind: [{ symbol: 1, delivered_up_to: null }], row: null };
    const value = codec.joinState(slot, [{ partition: 0, offset: 4 }], body);
    const own = await codec.readJoinStates([value], slot);
    expect(await new StateReader(domain, sourceOf('join-state')).readJoinStates([asLater(value)], slot)).toEqual(own);
    expect(own.isUsable).toBe(true);
  });
});
