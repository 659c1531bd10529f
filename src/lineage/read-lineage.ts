import type { RecordHeader } from '../runtime/ports.ts';
import { EMITTED, INPUT, LINK_BYTES, LINKS } from './header-names.ts';
import { lastHeader, SPAN_ID_AT, TRACE_ID_AT, validTraceparent } from './traceparent.ts';

/** Where a record lies. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Where a record lies on a topic that is known. */
export type PartitionOffset = Omit<RecordPosition, 'topic'>;

/** What the headers of an output say of it. Each is null where the record does not say it: one of an earlier version, or somebody else's. */
export interface Lineage {
  /** 32 hexadecimal digits: the trace that it belongs to. */
  readonly traceId: string | null;
  /** 16 hexadecimal digits: the span that wrote it. */
  readonly spanId: string | null;
  /** The record that closed it. */
  readonly input: RecordPosition | null;
  /** Wall clock when the commit that wrote it began, UTC epoch ms. */
  readonly emittedMs: number | null;
  /** Of a matrix: where on features-tier1 the records lie that it has joined at its last T, in the order of its symbols; null for a symbol without one. */
  readonly links: readonly (PartitionOffset | null)[] | null;
}

/** Reads the headers that every output of ours has (docs/tracing.md). */
export function lineageOf(headers: readonly RecordHeader[]): Lineage {
  const traceparent = validTraceparent(headers)?.toString('latin1');
  return {
    traceId: traceparent?.slice(TRACE_ID_AT, SPAN_ID_AT - 1) ?? null,
    spanId: traceparent?.slice(SPAN_ID_AT, SPAN_ID_AT + 16) ?? null,
    input: positionOf(lastHeader(headers, INPUT)?.toString('utf8')),
    emittedMs: emittedMsOf(headers),
    links: linksOf(lastHeader(headers, LINKS)),
  };
}

/** When a record went out, UTC epoch ms; null where it does not say. */
export function emittedMsOf(headers: readonly RecordHeader[]): number | null {
  const text = lastHeader(headers, EMITTED)?.toString('latin1');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function positionOf(text: string | undefined): RecordPosition | null {
  const parts = /^(.+)\/(\d{1,10})@(\d{1,16})$/.exec(text ?? '');
  return parts === null ? null : { topic: parts[1]!, partition: Number(parts[2]), offset: Number(parts[3]) };
}

function linksOf(bytes: Buffer | undefined): (PartitionOffset | null)[] | null {
  if (bytes === undefined || bytes.length % LINK_BYTES !== 0) return null;
  return Array.from({ length: bytes.length / LINK_BYTES }, (_, symbol) => {
    const offset = Number(bytes.readBigInt64BE(symbol * LINK_BYTES + 4));
    return offset < 0 ? null : { partition: bytes.readInt32BE(symbol * LINK_BYTES), offset };
  });
}
