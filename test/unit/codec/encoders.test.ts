import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCleanBar, encodeFeatureRow, encodeMatrix, encodeTick, encodeTier1State } from '../../../src/codec/encoders.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { schemaIdOf } from '../../../src/codec/wire.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import { FEATURE_COLUMNS, type FeatureRow } from '../../../src/domain/feature-row.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import { emptyTick } from '../../../src/domain/tick.ts';
import type { Timeframe } from '../../../src/domain/timeframe.ts';
import { finiteDouble, long, nullableDouble, orNull, reference, SEED, text, tick } from './support.ts';

const writer = new AvroWriter();
const timeframe = fc.constantFrom<Timeframe>('1m', '1H', '1D');
const doubles = (length: number) =>
  fc.array(nullableDouble, { minLength: length, maxLength: length }).map((list) => Float64Array.from(list));

/** The record that avsc, with nothing of ours, reads from an encoded value of schema id 42. */
function readBack(name: keyof typeof schemas, value: Buffer): Record<string, unknown> {
  expect(schemaIdOf(value)).toBe(42);
  return reference(schemas[name]).fromBuffer(value.subarray(5));
}

describe('encoded records are read back by avsc as they were', () => {
  it('ticks', () => {
    fc.assert(
      fc.property(tick, (given) => {
        expect(readBack('tick', encodeTick(writer, 42, given))).toEqual({
          symbol: given.symbol,
          event_time: given.eventTime,
          bid: given.bid,
          ask: given.ask,
          last: given.hasLast ? given.last : null,
          volume: given.hasVolume ? given.volume : null,
          seq: given.hasSeq ? given.seq : null,
          source_id: given.sourceId,
        });
      }),
      { seed: SEED },
    );
  });

  it('rows of tier-1 state, infinities among them', () => {
    const stateDouble = fc.double({ noNaN: true });
    const row = fc.record({
      inputOffset: fc.nat(),
      bars: fc.nat(),
      validBars: fc.integer({ min: 1, max: 1_000_000_000 }),
      restarts: fc.nat(),
      recentValid: fc.uint8Array({ maxLength: 20 }),
      isValid: fc.boolean(),
      high: stateDouble,
      low: stateDouble,
      close: stateDouble,
      logReturn1: fc.double(),
      spreadEstimate: fc.double(),
    });
    const orAbsent = (value: number) => (Number.isNaN(value) ? null : value);
    fc.assert(
      fc.property(row, text, timeframe, (given, symbol, ofTimeframe) => {
        const head = { formatVersion: 1, settingsHash: 'abc', symbol, timeframe: ofTimeframe };
        expect(readBack('tier1-state', encodeTier1State(writer, 42, head, given))).toEqual({
          format_version: 1,
          settings_hash: 'abc',
          input_offset: given.inputOffset,
          symbol,
          timeframe: ofTimeframe,
          bars: given.bars,
          valid_bars: given.validBars,
          restarts: given.restarts,
          recent_valid: Buffer.from(given.recentValid),
          row: given.isValid
            ? {
                index: given.validBars - 1,
                high: given.high,
                low: given.low,
                close: given.close,
                log_return_1: orAbsent(given.logReturn1),
                spread_estimate: orAbsent(given.spreadEstimate),
              }
            : null,
        });
      }),
      { seed: SEED },
    );
  });

  it('clean bars', () => {
    const bar: fc.Arbitrary<CleanBar> = fc.record({
      symbol: text,
      timeframe,
      timestampUtc: long,
      open: nullableDouble,
      high: nullableDouble,
      low: nullableDouble,
      close: nullableDouble,
      volume: nullableDouble,
      logReturn1: nullableDouble,
      spreadEstimate: nullableDouble,
      isMissing: fc.boolean(),
      isOutlier: fc.boolean(),
      validBar: fc.boolean(),
      sourceId: fc.option(text),
      tickCount: fc.oneof(fc.nat(), fc.constant(Number.NaN)),
      isPartial: fc.boolean(),
    });
    fc.assert(
      fc.property(bar, (given) => {
        expect(readBack('clean-ohlcv', encodeCleanBar(writer, 42, given))).toEqual({
          timestamp_utc: given.timestampUtc,
          symbol: given.symbol,
          timeframe: given.timeframe,
          open: orNull(given.open),
          high: orNull(given.high),
          low: orNull(given.low),
          close: orNull(given.close),
          volume: orNull(given.volume),
          log_return_1: orNull(given.logReturn1),
          spread_estimate: orNull(given.spreadEstimate),
          is_missing: given.isMissing,
          is_outlier: given.isOutlier,
          valid_bar: given.validBar,
          source_id: given.sourceId,
          schema_version: '1.0.0',
          tick_count: orNull(given.tickCount),
          is_partial: given.isPartial,
        });
      }),
      { seed: SEED },
    );
  });

  it('feature rows', () => {
    const row: fc.Arbitrary<FeatureRow> = fc.record({
      symbol: text,
      timeframe,
      timestampUtc: long,
      validBar: fc.boolean(),
      mlReady: fc.boolean(),
      logReturn1: nullableDouble,
      values: doubles(FEATURE_COLUMNS.length),
    });
    fc.assert(
      fc.property(row, (given) => {
        expect(readBack('features-tier1', encodeFeatureRow(writer, 42, '0123456789abcdef', given))).toEqual({
          symbol: given.symbol,
          timeframe: given.timeframe,
          timestamp_utc: given.timestampUtc,
          feature_version: '0123456789abcdef',
          valid_bar: given.validBar,
          ml_ready: given.mlReady,
          log_return_1: orNull(given.logReturn1),
          ...Object.fromEntries(FEATURE_COLUMNS.map((name, i) => [name, orNull(given.values[i]!)])),
        });
      }),
      { seed: SEED },
    );
  });

  it('matrices', () => {
    const matrix: fc.Arbitrary<CorrelationMatrix> = fc.array(text, { maxLength: 6 }).chain((symbols) => {
      const pairs = (symbols.length * (symbols.length + 1)) / 2;
      return fc.record({
        universe: text,
        timeframe,
        version: fc.nat(),
        supersedes: fc.option(fc.nat()),
        windowStart: long,
        windowEnd: long,
        window: fc.nat(),
        symbols: fc.constant(symbols),
        rho: doubles(pairs),
        nObs: fc.array(fc.nat(), { minLength: pairs, maxLength: pairs }).map((list) => Int32Array.from(list)),
        std: doubles(symbols.length),
        completeness: fc.constantFrom('complete' as const, 'partial' as const),
        missing: fc.subarray(symbols),
        meanAbsRho: nullableDouble,
        maxAbsRho: nullableDouble,
        dispersion: nullableDouble,
        strongPairs: fc.array(fc.record({ a: text, b: text, rho: finiteDouble }), { maxLength: 3 }),
      });
    });
    fc.assert(
      fc.property(matrix, (given) => {
        expect(readBack('features-tier2', encodeMatrix(writer, 42, given))).toEqual({
          universe: given.universe,
          timeframe: given.timeframe,
          version: given.version,
          supersedes: given.supersedes,
          window_start: given.windowStart,
          window_end: given.windowEnd,
          window: given.window,
          symbols: given.symbols,
          rho: Array.from(given.rho, orNull),
          n_obs: [...given.nObs],
          std: Array.from(given.std, orNull),
          completeness: given.completeness,
          missing: given.missing,
          mean_abs_rho: orNull(given.meanAbsRho),
          max_abs_rho: orNull(given.maxAbsRho),
          dispersion: orNull(given.dispersion),
          strong_pairs: given.strongPairs,
        });
      }),
      { seed: SEED },
    );
  });
});

describe('numbers that are none', () => {
  const quote = { ...emptyTick(), symbol: 'A', bid: 1, ask: 2 };

  it('are never written into a tick', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => encodeTick(writer, 42, { ...quote, bid: wrong })).toThrow(`${wrong} cannot be written as a double`);
      expect(() => encodeTick(writer, 42, { ...quote, hasLast: true, last: wrong })).toThrow(`${wrong} cannot be written as a double`);
    }
    expect(() => encodeTick(writer, 42, { ...quote, eventTime: 1.5 })).toThrow('1.5 cannot be written as a long');
    expect(() => encodeTick(writer, 42, { ...quote, hasSeq: true, seq: 2 ** 53 })).toThrow('9007199254740992 cannot be written as a long');
  });

  it('leave the writer fit for the next record', () => {
    expect(() => encodeTick(writer, 42, { ...quote, ask: Number.NaN })).toThrow(RangeError);
    expect(readBack('tick', encodeTick(writer, 42, quote))).toMatchObject({ symbol: 'A', bid: 1, ask: 2 });
  });

  it('become null in results: a sum that no double holds is no value', () => {
    const row = {
      symbol: 'A',
      timeframe: '1m' as const,
      timestampUtc: 0,
      validBar: true,
      mlReady: false,
      logReturn1: Number.NEGATIVE_INFINITY,
      values: new Float64Array(FEATURE_COLUMNS.length).fill(Number.POSITIVE_INFINITY),
    };
    expect(readBack('features-tier1', encodeFeatureRow(writer, 42, 'v', row))).toMatchObject({ log_return_1: null, vol_6: null });
  });
});
