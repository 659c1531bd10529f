import { describe, expect, test } from 'vitest';
import { RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts';
import { stampEmission } from '../../../src/lineage/emission.ts';
import { lineageOf } from '../../../src/lineage/read-lineage.ts';
import { StageHeaders } from '../../../src/lineage/stage-headers.ts';
import type { RecordHeader } from '../../../src/runtime/ports.ts';
import { decodedHeaders } from './decoded-headers.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
/** Where the span begins in encoded headers: after their number, the key, the two lengths and the trace. */
const SPAN_AT = 1 + 1 + 'traceparent'.length + 1 + 36;
const TICKS = { topic: 'desk.ticks', partition: 3 };
/** Headers as a record has them. */
const of = (...headers: readonly RecordHeader[]) => ({ headers });
const traced = (flags = '01') => of({ key: 'traceparent', value: Buffer.from(`00-${TRACE}-00f067aa0ba902b7-${flags}`) });

const bar = (headers: StageHeaders, timestampUtc = 60_000, symbol = 'EURUSD', timeframe = '1m') =>
  headers.encode('clean', symbol, timeframe, timestampUtc);

describe('the headers of a stage’s output', () => {
  test('say which record closed it, under which trace, and when it went out', async () => {
    const headers = new StageHeaders(TICKS);
    headers.standOn(1_234, traced());
    const encodedHeaders = bar(headers);
    stampEmission(
      [{ topic: 'clean-ohlcv', records: [{ partition: 0, key: null, value: null, timestamp: 0, encodedHeaders }] }],
      1_764_095_303_123,
    );
    const decoded = await decodedHeaders(encodedHeaders);
    expect(decoded.map(({ key }) => key)).toEqual(['traceparent', 'arbitrex-input', 'arbitrex-emitted']);
    expect(decoded[0]!.value!.toString()).toMatch(new RegExp(`^00-${TRACE}-(?!0{16})[0-9a-f]{16}-01$`));
    expect(decoded[1]!.value!.toString()).toBe('desk.ticks/3@1234');
    expect(decoded[2]!.value!.toString()).toBe('1764095303123');
    expect(lineageOf(decoded)).toMatchObject({
      traceId: TRACE,
      input: { ...TICKS, offset: 1_234 },
      emittedMs: 1_764_095_303_123,
      links: null,
    });
  });

  test.each([0, 9, 10, 99_999, 2 ** 31, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER])('hold offset %i', async (offset) => {
    const headers = new StageHeaders(TICKS);
    headers.standOn(5, null);
    headers.standOn(offset, null);
    expect(lineageOf(await decodedHeaders(bar(headers))).input).toEqual({ ...TICKS, offset });
  });

  test('hold the offset of one record after the other', async () => {
    const headers = new StageHeaders(TICKS);
    for (const offset of [
      8,
      9,
      10,
      11,
      99,
      100,
      101,
      99,
      7,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 31 + 1,
      9_999_999_999,
      10 ** 15,
      10 ** 15 + 1,
      0,
      1,
    ]) {
      headers.standOn(offset, null);
      expect(lineageOf(await decodedHeaders(bar(headers))).input).toEqual({ ...TICKS, offset });
    }
  });

  test('begin a trace where the record brings none: the same one in every replay, and another for every record', async () => {
    const traceOf = async (offset: number, place = TICKS, tick = of()) => {
      const headers = new StageHeaders(place);
      headers.standOn(offset, tick);
      return (await decodedHeaders(bar(headers)))[0]!.value!.toString();
    };
    const first = await traceOf(7);
    expect(first).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    expect(await traceOf(7)).toBe(first);
    expect(await traceOf(7, TICKS, of({ key: 'traceparent', value: Buffer.from('00-rubbish') }))).toBe(first);
    const others = await Promise.all([
      traceOf(8),
      traceOf(7 + 2 ** 32),
      traceOf(7, { ...TICKS, partition: 4 }),
      traceOf(7, { ...TICKS, topic: 'ticks' }),
    ]);
    expect(new Set([first, ...others].map((text) => text.slice(3, 35))).size).toBe(5);
  });

  test('go back to a trace of its own after a record that brought one', async () => {
    const headers = new StageHeaders(TICKS);
    headers.standOn(7, of());
    const own = bar(headers);
    headers.standOn(8, traced());
    headers.standOn(7, of());
    expect(bar(headers)).toEqual(own);
  });

  test('have a span for every output: by stage, symbol, timeframe, time and record', () => {
    const spans = new Set<string>();
    const headers = new StageHeaders(TICKS);
    let outputs = 0;
    for (const tick of [traced(), null]) {
      for (let offset = outputs; offset < outputs + 10; offset++) {
        headers.standOn(offset, tick);
        for (const stage of ['clean', 'tier1', 'dead-letter'] as const) {
          for (const symbol of ['EURUSD', 'EURUSE']) {
            for (const timeframe of ['1m', '5m']) {
              for (let minute = 0; minute < 50; minute++)
                spans.add(headers.encode(stage, symbol, timeframe, minute * 60_000).toString('latin1', SPAN_AT, SPAN_AT + 16));
            }
          }
        }
      }
      outputs += 10 * 3 * 2 * 2 * 50;
    }
    expect([...spans].every((span) => /^[0-9a-f]{16}$/.test(span))).toBe(true);
    expect(spans.size).toBe(outputs);
  });

  test('pass on the position that an earlier stage has given, whatever its length, where they are told to', async () => {
    const clean = new StageHeaders(TICKS);
    const tier1 = new StageHeaders({ topic: 'desk.clean-ohlcv', partition: 3 }, true);
    for (const [offset, tick] of [
      [5, traced()],
      [123_456, of()],
    ] as const) {
      clean.standOn(offset, tick);
      const ofBar = await decodedHeaders(bar(clean));
      tier1.standOn(offset + 1, of(...ofBar));
      const ofRow = lineageOf(await decodedHeaders(tier1.encode('tier1', 'EURUSD', '1m', 60_000)));
      expect(ofRow).toMatchObject({ traceId: lineageOf(ofBar).traceId, input: { ...TICKS, offset } });
      expect(ofRow.spanId).not.toBe(lineageOf(ofBar).spanId);
    }
    tier1.standOn(200_000, of());
    const alone = lineageOf(await decodedHeaders(tier1.encode('tier1', 'EURUSD', '1m', 60_000)));
    expect(alone.input).toEqual({ topic: 'desk.clean-ohlcv', partition: 3, offset: 200_000 });
  });

  test('ask a record for its headers once, however many outputs it has', () => {
    let asked = 0;
    const headers = new StageHeaders(TICKS);
    const record = {
      get headers() {
        asked++;
        return [];
      },
    };
    for (let minute = 0; minute < 5; minute++) {
      headers.standOn(1, record);
      bar(headers, minute * 60_000);
    }
    expect(asked).toBe(1);
  });

  test('of one output stay as they are when the next is encoded', async () => {
    const headers = new StageHeaders(TICKS);
    headers.standOn(1, null);
    const first = bar(headers);
    const copy = Buffer.from(first);
    headers.standOn(2, traced());
    bar(headers, 120_000);
    expect(first).toEqual(copy);
  });
});

test('a batch holds encoded headers byte for byte, and counts them', () => {
  const headers = new StageHeaders(TICKS);
  headers.standOn(1, null);
  const encodedHeaders = bar(headers);
  const record = { partition: 0, key: null, value: null, timestamp: 0 };
  const [plain, carrying] = [new RecordBatchWriter(1_000), new RecordBatchWriter(1_000)];
  plain.tryAdd(record);
  carrying.tryAdd({ ...record, encodedHeaders });
  // One byte more for the record's length; the number of headers is among the encoded ones.
  expect(carrying.sizeBytes).toBe(plain.sizeBytes + encodedHeaders.length - 1 + 1);
  while (carrying.tryAdd({ ...record, encodedHeaders }));
  expect(carrying.sizeBytes).toBeLessThanOrEqual(1_000);
});
