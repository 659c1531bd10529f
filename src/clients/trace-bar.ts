import type { Topology } from '../../topology/fx.ts';
import type { CleanOhlcv, CorrelationMatrix, Tick, Tier1Features } from '../codec/generated/records.ts';
import { type Lineage, lineageOf, type RecordPosition } from '../lineage/read-lineage.ts';
import type { Consumed, FeatureConsumer, RecordOf } from './feature-consumer.ts';

/** Which bar. */
export interface BarId {
  readonly symbol: string;
  readonly timeframe: string;
  /** END of its slot, UTC epoch ms. */
  readonly timestampUtc: number;
}

/** A record on the path of a bar: where it lies, and what its headers say. */
export interface TracedRecord<T> extends RecordPosition, Lineage {
  /** Record time, UTC epoch ms. */
  readonly timestamp: number;
  /** The id of the schema that its value was written with. */
  readonly schemaId: number;
  readonly value: T;
}

/** A matrix that was the first to hold the bar, or may have been. */
export interface TracedMatrix extends TracedRecord<CorrelationMatrix> {
  /** Whether it has joined the bar's row; null where neither record says so. */
  readonly hasJoined: boolean | null;
}

/** The path of a bar through the topics. */
export interface BarTrace {
  /** The record that closed it; null where its bar does not name it or the topic no longer holds it. */
  readonly tick: TracedRecord<Tick> | null;
  readonly bar: TracedRecord<CleanOhlcv>;
  /** Null where there is none (yet). */
  readonly row: TracedRecord<Tier1Features> | null;
  /** Of each universe that has the symbol: the matrices of the bar's time, corrections that came later and joined it among them. */
  readonly matrices: readonly TracedMatrix[];
}

/**
 * Follows a bar from the tick that closed it to the matrices it entered; null where there is no such bar. Each topic is read from the bar's
 * time on, and no further than it must.
 */
export async function traceBar(consumer: FeatureConsumer, topology: Topology, id: BarId): Promise<BarTrace | null> {
  const bar = await recordOf(consumer, 'clean-ohlcv', id);
  if (bar === null) return null;
  const row = await recordOf(consumer, 'features-tier1', id);
  return {
    tick: await tickAt(consumer, topology, bar.input),
    bar,
    row,
    matrices: row === null ? [] : await matricesOf(consumer, topology, id, row),
  };
}

async function recordOf<Topic extends 'clean-ohlcv' | 'features-tier1'>(
  consumer: FeatureConsumer,
  topic: Topic,
  id: BarId,
): Promise<TracedRecord<RecordOf<Topic>> | null> {
  for await (const record of consumer.read(topic, { from: Math.max(0, id.timestampUtc), symbols: [id.symbol] })) {
    const { timeframe, timestamp_utc } = record.value;
    if (timeframe !== id.timeframe || timestamp_utc < id.timestampUtc) continue;
    // The bars of one timeframe come in order.
    return timestamp_utc > id.timestampUtc ? null : traced(record);
  }
  return null;
}

async function tickAt(consumer: FeatureConsumer, topology: Topology, position: RecordPosition | null): Promise<TracedRecord<Tick> | null> {
  if (position === null || position.topic !== topology.topics.ticks.name) return null;
  for await (const record of consumer.read('ticks', { from: new Map([[position.partition, position.offset]]) })) {
    return record.offset === position.offset ? traced(record) : null;
  }
  return null;
}

/** Reads until every universe has given the matrix that joined the row, or none can give one any more: the bar has left its window. */
async function matricesOf(
  consumer: FeatureConsumer,
  topology: Topology,
  { symbol, timeframe, timestampUtc }: BarId,
  row: RecordPosition,
): Promise<TracedMatrix[]> {
  const joins = topology.joins.filter((join) => join.timeframe === timeframe && join.universe.symbols.includes(symbol));
  const open = new Map(joins.map(({ universe }) => [universe.name, { isFound: false }]));
  const found: TracedMatrix[] = [];
  if (open.size === 0) return found;
  for await (const record of consumer.read('features-tier2', { from: Math.max(0, timestampUtc), symbols: [symbol] })) {
    const { universe, window_start, window_end } = record.value;
    const search = record.value.timeframe === timeframe ? open.get(universe) : undefined;
    if (search === undefined) continue;
    const matrix = toTracedMatrix(record, symbol, row);
    const isOfTime = window_end === timestampUtc;
    if (isOfTime || matrix.hasJoined === true) {
      found.push(matrix);
      // Without links the matrix of the bar's time is the best there is to say.
      search.isFound ||= matrix.hasJoined !== false;
    } else if (search.isFound || window_start > timestampUtc) {
      open.delete(universe);
      if (open.size === 0) break;
    }
  }
  return found;
}

function toTracedMatrix(record: Consumed<CorrelationMatrix>, symbol: string, row: RecordPosition): TracedMatrix {
  const matrix = traced(record);
  const link = matrix.links?.[record.value.symbols.indexOf(symbol)];
  const hasJoined = matrix.links === null ? null : link?.partition === row.partition && link.offset === row.offset;
  return { ...matrix, hasJoined };
}

function traced<T>({ topic, partition, offset, timestamp, headers, schemaId, value }: Consumed<T>): TracedRecord<T> {
  return { topic, partition, offset, timestamp, schemaId, value, ...lineageOf(headers) };
}
