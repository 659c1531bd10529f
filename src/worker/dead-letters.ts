import type { Refusal } from '../domain/reason.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { StageHeaders } from '../lineage/stage-headers.ts';
import type { InputRecord, OutputRecord } from '../runtime/ports.ts';
import { copyOf } from './kept-record.ts';
import type { OutputCodec } from './output-codec.ts';

/** What a dead letter says to a person, by reason. */
const WORDS: Readonly<Record<Refusal, string>> = {
  UNDECODABLE: 'the value is not a tick in the Confluent wire format',
  UNKNOWN_SCHEMA: 'the registry knows no schema of this id',
  BAD_SYMBOL: 'the symbol is empty or not the key of the record',
  BAD_PRICE: 'a price is absent, not finite or not above 0',
  CROSSED: 'ask is below bid',
  BAD_VOLUME: 'volume is negative or not finite',
  FUTURE: 'too far ahead of the symbol, and the next tick was not',
  LATE: 'the slot had closed',
  OFF_GRID: 'the timestamp is not the end of a slot',
  UNLISTED: 'the symbol has no partition: it is not listed and shared_partitions is 0',
  WRONG_PARTITION: "the record is not on its symbol's partition, and misrouted is `reject`",
};

/** The topic has one partition. */
export const DEAD_LETTERS_PARTITION = 0;

/** Why and where a record was refused. */
export interface RefusedRecord {
  readonly reason: Refusal;
  readonly topic: string;
  readonly partition: number;
  readonly record: InputRecord;
  /** The stage that refused it. */
  readonly stage: string;
  /** Null where it could not be read. */
  readonly symbol: string | null;
  /** Of LATE: those it was too late for. */
  readonly timeframes: readonly Timeframe[];
  /** What a decoder said, where there is more to say than the reason. */
  readonly detail?: string;
}

/**
 * The record of the dead-letter topic: the original with its bytes, key, headers and position, and the reason. Its own headers are those of an
 * output of the refused record, made with `headers`.
 */
export function deadLetter(codec: OutputCodec, headers: StageHeaders, refused: RefusedRecord): OutputRecord {
  const { record, reason, detail } = refused;
  const timestamp = Math.max(0, record.timestamp);
  headers.standOn(record.offset, record);
  return {
    partition: DEAD_LETTERS_PARTITION,
    key: copyOf(record.key),
    value: codec.deadLetter({
      reason,
      timeframes: [...refused.timeframes],
      message: detail === undefined ? WORDS[reason] : `${WORDS[reason]}: ${detail}`,
      topic: refused.topic,
      partition: refused.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      key: record.key,
      value: record.value,
      headers: record.headers.map(({ key, value }) => ({ key, value })),
      symbol: refused.symbol,
      stage: refused.stage,
    }),
    timestamp,
    encodedHeaders: headers.encode('dead-letter', refused.symbol ?? '', refused.timeframes.join(), timestamp),
  };
}
