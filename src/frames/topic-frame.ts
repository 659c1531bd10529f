import type { DataFrame } from 'danfojs-node';
import type { FeatureConsumer, ReadOptions } from '../clients/feature-consumer.ts';
import { UserError } from '../errors.ts';
import type { FrameTopic } from './columns.ts';
import { type SeriesRecord, SeriesRows } from './series-rows.ts';

/** Which records of a topic make a frame. */
export interface TopicRange {
  readonly topic: FrameTopic;
  readonly timeframe: string;
  /** Default all. */
  readonly symbols?: readonly string[];
  /** First and last timestamp_utc that count, both included: UTC epoch ms, or a time such as 2026-01-05T00:00Z. Default all there is. */
  readonly from?: number | string;
  readonly to?: number | string;
  /** Told of records that cannot be decoded, which are left out then. By default the first one is an error: a hole is not to be missed. */
  readonly onUnreadable?: ReadOptions['onUnreadable'];
  readonly signal?: AbortSignal;
}

/**
 * Clean bars or tier-1 rows of a topic as a frame, one column a field of the schema, ordered by time, then symbol. Reads what was committed
 * when it began, from `from` to the end of each symbol's partition.
 *
 * @throws UserError where the topic is absent, a time does not read or a record does not decode.
 */
export async function topicFrame(consumer: Pick<FeatureConsumer, 'read'>, range: TopicRange): Promise<DataFrame> {
  const { topic, timeframe, symbols, signal, onUnreadable = refuse } = range;
  const from = timeOf('from', range.from);
  const to = timeOf('to', range.to) ?? Number.POSITIVE_INFINITY;
  const rows = new SeriesRows(topic);
  const options: ReadOptions = {
    // Records are stamped with the time of their bar.
    ...(from === undefined ? {} : { from }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(signal === undefined ? {} : { signal }),
    onUnreadable,
  };
  for await (const { value } of consumer.read(topic, options)) {
    const time = value.timestamp_utc;
    if (value.timeframe === timeframe && time >= (from ?? time) && time <= to) rows.add(value as unknown as SeriesRecord);
  }
  return rows.frame();
}

function timeOf(name: string, time: number | string | undefined): number | undefined {
  const timestampMs = typeof time === 'string' ? Date.parse(time) : time;
  if (timestampMs !== undefined && !Number.isFinite(timestampMs)) {
    throw new UserError(`${name}: ${JSON.stringify(time)} is no time`, { hint: 'UTC epoch ms, or a text such as 2026-01-05T00:00Z' });
  }
  return timestampMs;
}

function refuse(partition: number, offset: number, reason: string): void {
  throw new UserError(`the record at partition ${partition}, offset ${offset} cannot be decoded: ${reason}`, {
    hint: '`onUnreadable` leaves such records out',
  });
}
