import type avro from 'avsc';
import { UndecodableError } from './errors.ts';
import type { Tier1Features } from './generated/records.ts';
import type { AvroReader } from './reader.ts';
import { type Layout, type Resolver, skipAfter } from './resolution.ts';
import { TextCache } from './text-cache.ts';

/** What the join reads of a tier-1 record. */
export type JoinedReturn = Pick<Tier1Features, 'symbol' | 'timeframe' | 'timestamp_utc' | 'log_return_1'>;

/** The fields that are read field by field. */
const LAYOUT: Layout = [
  ['symbol', 'string'],
  ['timeframe', 'string'],
  ['timestamp_utc', 'long'],
  ['feature_version', 'string'],
  ['valid_bar', 'boolean'],
  ['ml_ready', 'boolean'],
  ['log_return_1', ['null', 'double']],
];

/**
 * Reads tier-1 records that begin as our own do, whatever features follow, field by field and no further than the return, a sixth of the
 * record; null for every other type. The record it gives is the same object each time.
 */
export function returnReader(): (writer: avro.Type) => Resolver | null {
  const symbols = new TextCache();
  const timeframes = new TextCache();
  const row: JoinedReturn = { symbol: '', timeframe: '', timestamp_utc: 0, log_return_1: null };
  const _read = (reader: AvroReader): JoinedReturn => {
    row.symbol = readText(reader, symbols);
    row.timeframe = readText(reader, timeframes);
    row.timestamp_utc = reader.readLong();
    reader.skipString();
    reader.skipBoolean();
    reader.skipBoolean();
    const branch = reader.readLong();
    if (branch !== 0 && branch !== 1) throw new UndecodableError(`log_return_1 has no branch ${branch}`);
    row.log_return_1 = branch === 0 ? null : reader.readDouble();
    reader.skipRest();
    return row;
  };
  return (writer) => (skipAfter(LAYOUT, writer) === null ? null : { _read });
}

function readText(reader: AvroReader, texts: TextCache): string {
  const length = reader.readLong();
  const start = reader.take(length);
  return texts.read(reader.buf, start, start + length);
}
