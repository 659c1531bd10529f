import { CLEAN_SCHEMA_VERSION, type CleanBar } from '../domain/clean-bar.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { Tick } from '../domain/tick.ts';
import type { AvroWriter } from './writer.ts';

/**
 * A tick as bytes of schemas/tick.avsc under `schemaId`; its key is not in it. Throws where a number is NaN, infinite or beyond a safe
 * integer.
 */
export function encodeTick(writer: AvroWriter, schemaId: number, tick: Readonly<Tick>): Buffer {
  writer.begin(schemaId);
  writer.writeString(tick.symbol);
  writer.writeLong(tick.eventTime);
  writer.writeDouble(tick.bid);
  writer.writeDouble(tick.ask);
  writePresent(writer, tick.hasLast, tick.last);
  writePresent(writer, tick.hasVolume, tick.volume);
  writer.writeNullableLong(tick.hasSeq ? tick.seq : null);
  writer.writeString(tick.sourceId);
  return writer.end();
}

/** A number that is null only where it is absent: NaN would be a wrong value, not none. */
function writePresent(writer: AvroWriter, isPresent: boolean, value: number): void {
  if (isPresent && !Number.isFinite(value)) throw new RangeError(`${value} cannot be written as a double`);
  writer.writeNullableDouble(isPresent ? value : Number.NaN);
}

/** A clean bar as bytes of schemas/clean-ohlcv.avsc under `schemaId`. NaN and infinities become null. */
export function encodeCleanBar(writer: AvroWriter, schemaId: number, bar: Readonly<CleanBar>): Buffer {
  writer.begin(schemaId);
  writer.writeLong(bar.timestampUtc);
  writer.writeString(bar.symbol);
  writer.writeString(bar.timeframe);
  writer.writeNullableDouble(bar.open);
  writer.writeNullableDouble(bar.high);
  writer.writeNullableDouble(bar.low);
  writer.writeNullableDouble(bar.close);
  writer.writeNullableDouble(bar.volume);
  writer.writeNullableDouble(bar.logReturn1);
  writer.writeNullableDouble(bar.spreadEstimate);
  writer.writeBoolean(bar.isMissing);
  writer.writeBoolean(bar.isOutlier);
  writer.writeBoolean(bar.validBar);
  writer.writeNullableString(bar.sourceId);
  writer.writeString(CLEAN_SCHEMA_VERSION);
  writer.writeNullableLong(bar.tickCount);
  writer.writeBoolean(bar.isPartial);
  return writer.end();
}

/** A tier-1 record as bytes of schemas/features-tier1.avsc under `schemaId`. NaN and infinities become null. */
export function encodeFeatureRow(writer: AvroWriter, schemaId: number, featureVersion: string, row: Readonly<FeatureRow>): Buffer {
  writer.begin(schemaId);
  writer.writeString(row.symbol);
  writer.writeString(row.timeframe);
  writer.writeLong(row.timestampUtc);
  writer.writeString(featureVersion);
  writer.writeBoolean(row.validBar);
  writer.writeBoolean(row.mlReady);
  writer.writeNullableDouble(row.logReturn1);
  for (let i = 0; i < row.values.length; i++) writer.writeNullableDouble(row.values[i]!);
  return writer.end();
}

/** What every state record says of itself. */
export interface StateHead {
  readonly formatVersion: number;
  readonly settingsHash: string;
  readonly symbol: string;
  readonly timeframe: string;
}

/** A row of tier-1 state: the counters after a bar and, of a valid one, what its features are made from. NaN is null. */
export interface Tier1StateRow {
  readonly inputOffset: number;
  readonly bars: number;
  readonly validBars: number;
  readonly restarts: number;
  readonly recentValid: Uint8Array;
  readonly isValid: boolean;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly logReturn1: number;
  readonly spreadEstimate: number;
}

/** A row of tier-1 state as bytes of schemas/tier1-state.avsc under `schemaId`. An infinity comes back as it was: a restore needs every bit. */
export function encodeTier1State(writer: AvroWriter, schemaId: number, head: StateHead, row: Tier1StateRow): Buffer {
  writer.begin(schemaId);
  writer.writeInt(head.formatVersion);
  writer.writeString(head.settingsHash);
  writer.writeLong(row.inputOffset);
  writer.writeString(head.symbol);
  writer.writeString(head.timeframe);
  writer.writeLong(row.bars);
  writer.writeLong(row.validBars);
  writer.writeLong(row.restarts);
  writer.writeBytes(row.recentValid);
  if (row.isValid) {
    writer.writeBranch(1);
    writer.writeLong(row.validBars - 1);
    writer.writeAnyDouble(row.high);
    writer.writeAnyDouble(row.low);
    writer.writeAnyDouble(row.close);
    writeNullableAny(writer, row.logReturn1);
    writeNullableAny(writer, row.spreadEstimate);
  } else {
    writer.writeBranch(0);
  }
  return writer.end();
}

function writeNullableAny(writer: AvroWriter, value: number): void {
  writer.writeBranch(Number.isNaN(value) ? 0 : 1);
  if (!Number.isNaN(value)) writer.writeAnyDouble(value);
}

/** A matrix as bytes of schemas/features-tier2.avsc under `schemaId`. NaN and infinities become null. */
export function encodeMatrix(writer: AvroWriter, schemaId: number, matrix: CorrelationMatrix): Buffer {
  writer.begin(schemaId);
  writer.writeString(matrix.universe);
  writer.writeString(matrix.timeframe);
  writer.writeLong(matrix.version);
  writer.writeNullableLong(matrix.supersedes);
  writer.writeLong(matrix.windowStart);
  writer.writeLong(matrix.windowEnd);
  writer.writeInt(matrix.window);
  writeArray(writer, matrix.symbols, writeString);
  writeArray(writer, matrix.rho, writeNullableDouble);
  writeArray(writer, matrix.nObs, writeInt);
  writeArray(writer, matrix.std, writeNullableDouble);
  writer.writeString(matrix.completeness);
  writeArray(writer, matrix.missing, writeString);
  writer.writeNullableDouble(matrix.meanAbsRho);
  writer.writeNullableDouble(matrix.maxAbsRho);
  writer.writeNullableDouble(matrix.dispersion);
  writeArray(writer, matrix.strongPairs, (out, { a, b, rho }) => {
    out.writeString(a);
    out.writeString(b);
    out.writeDouble(rho);
  });
  return writer.end();
}

/** An Avro array: one block of items, then an empty one. */
function writeArray<T>(writer: AvroWriter, items: ArrayLike<T>, writeItem: (writer: AvroWriter, item: T) => void): void {
  if (items.length > 0) {
    writer.writeLong(items.length);
    for (let i = 0; i < items.length; i++) writeItem(writer, items[i]!);
  }
  writer.writeLong(0);
}

const writeString = (writer: AvroWriter, value: string) => writer.writeString(value);
const writeInt = (writer: AvroWriter, value: number) => writer.writeInt(value);
const writeNullableDouble = (writer: AvroWriter, value: number) => writer.writeNullableDouble(value);
