import { avroType } from './avro-type.ts';
import type { Resolver } from './decoder.ts';
import { UndecodableError } from './errors.ts';
import { schemas, type Tier1Features } from './generated/records.ts';
import type { AvroReader } from './reader.ts';
import { TextCache } from './text-cache.ts';

/** What the join reads of a tier-1 record. */
export type JoinedReturn = Pick<Tier1Features, 'symbol' | 'timeframe' | 'timestamp_utc' | 'log_return_1'>;

/**
 * Reads tier-1 records of our own schema (docs and defaults may differ) field by field and no further than the return, a sixth of the record;
 * null for every other schema. The record it gives is the same object each time.
 */
export function returnReader(): (writerSchema: object) => Resolver | null {
  const own = avroType(schemas['features-tier1']);
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
  return (writerSchema) => (own.equals(avroType(writerSchema)) ? { _read } : null);
}

function readText(reader: AvroReader, texts: TextCache): string {
  const length = reader.readLong();
  const start = reader.take(length);
  return texts.read(reader.buf, start, start + length);
}
