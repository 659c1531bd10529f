import type { BarTrace, TracedRecord } from '../clients/trace-bar.ts';
import { NO_VALUE } from './cells.ts';
import { textTable } from './text-table.ts';

const HEAD = ['record', 'position', 'emitted', 'span', 'schema', 'version'];

/** One record of a trace for people and for programs. */
interface Step {
  readonly name: string;
  readonly record: TracedRecord<unknown>;
  /** What its numbers are of: a version of columns, features or matrices. */
  readonly version: string;
}

/** The path of a bar as lines. */
export function renderTrace(trace: BarTrace): string {
  const { symbol, timeframe, timestamp_utc } = trace.bar.value;
  const rows = stepsOf(trace).map(({ name, record, version }) => [
    name,
    `${record.topic}/${record.partition}@${record.offset}`,
    record.emittedMs === null ? NO_VALUE : iso(record.emittedMs),
    record.spanId ?? NO_VALUE,
    String(record.schemaId),
    version,
  ]);
  const lines = [`${symbol}/${timeframe}@${iso(timestamp_utc)}  trace ${trace.bar.traceId ?? NO_VALUE}`, ...textTable(HEAD, rows)];
  if (trace.tick === null) lines.push(`the tick that closed it is not there: ${inputOf(trace.bar)}`);
  else lines.push(`closed by a tick of ${iso(trace.tick.value.event_time)} from ${trace.tick.value.source_id}`);
  if (trace.row === null) lines.push('there is no tier-1 row of it yet');
  for (const { value, hasJoined } of trace.matrices) {
    if (hasJoined === false) lines.push(`${value.universe} version ${value.version} went out without it`);
  }
  return lines.join('\n');
}

/** The path of a bar as one JSON value. */
export function traceAsJson(trace: BarTrace): object {
  const { symbol, timeframe, timestamp_utc } = trace.bar.value;
  return {
    symbol,
    timeframe,
    timestamp_utc,
    trace_id: trace.bar.traceId,
    input: trace.bar.input,
    tick: trace.tick && { ...common(trace.tick), event_time: trace.tick.value.event_time, source_id: trace.tick.value.source_id },
    clean: { ...common(trace.bar), schema_version: trace.bar.value.schema_version },
    tier1: trace.row && { ...common(trace.row), feature_version: trace.row.value.feature_version },
    matrices: trace.matrices.map((matrix) => ({
      ...common(matrix),
      trace_id: matrix.traceId,
      universe: matrix.value.universe,
      version: matrix.value.version,
      supersedes: matrix.value.supersedes,
      window_end: matrix.value.window_end,
      input: matrix.input,
      has_joined: matrix.hasJoined,
    })),
  };
}

function stepsOf({ tick, bar, row, matrices }: BarTrace): Step[] {
  return [
    ...(tick === null ? [] : [{ name: 'tick', record: tick, version: NO_VALUE }]),
    { name: 'bar', record: bar, version: bar.value.schema_version },
    ...(row === null ? [] : [{ name: 'tier 1', record: row, version: row.value.feature_version }]),
    ...matrices.map((matrix) => ({ name: `matrix ${matrix.value.universe}`, record: matrix, version: String(matrix.value.version) })),
  ];
}

function common({ topic, partition, offset, timestamp, emittedMs, spanId, schemaId }: TracedRecord<unknown>): object {
  return { topic, partition, offset, timestamp, emitted: emittedMs, span_id: spanId, schema_id: schemaId };
}

function inputOf({ input }: TracedRecord<unknown>): string {
  return input === null ? 'the bar does not name it' : `${input.topic}/${input.partition}@${input.offset}`;
}

function iso(timestampUtc: number): string {
  const date = new Date(timestampUtc);
  return Number.isNaN(date.getTime()) ? String(timestampUtc) : date.toISOString();
}
