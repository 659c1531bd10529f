import { describe, expect, test } from 'vitest';
import { lineageOf } from '../../../src/lineage/read-lineage.ts';
import { traceFlags, validTraceparent } from '../../../src/lineage/traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const valid = (text: string) => validTraceparent([{ key: 'traceparent', value: Buffer.from(text) }])?.toString();

describe('a traceparent', () => {
  test.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`],
    ['of a version to come', `cc-${TRACE}-${SPAN}-09`],
    ['of a version to come, with more behind it', `01-${TRACE}-${SPAN}-00-what-the-future-brings`],
  ])('is taken: %s', (_, text) => {
    expect(valid(text)).toBe(text);
  });

  test.each([
    ['empty', ''],
    ['cut off', `00-${TRACE}-${SPAN}-0`],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['longer than its version', `00-${TRACE}-${SPAN}-01-more`],
    ['of a version to come, run on', `01-${TRACE}-${SPAN}-01more`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['without a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['with another separator', `00_${TRACE}-${SPAN}-01`],
    ['with flags that are no digits', `00-${TRACE}-${SPAN}-0x`],
    ['with a version that is no digits', `0x-${TRACE}-${SPAN}-00`],
  ])('is not: %s', (_, text) => {
    expect(valid(text)).toBeUndefined();
  });

  test('is the last of several, as every Kafka client reads them', () => {
    const headers = [
      { key: 'traceparent', value: Buffer.from('not one') },
      { key: 'other', value: null },
      { key: 'traceparent', value: Buffer.from(`00-${TRACE}-${SPAN}-01`) },
    ];
    expect(validTraceparent(headers)?.toString()).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(validTraceparent(headers.toReversed())).toBeUndefined();
    expect(validTraceparent([{ key: 'traceparent', value: null }])).toBeUndefined();
    expect(validTraceparent([])).toBeUndefined();
  });

  test('passes on the flags that its version knows, and no others', () => {
    expect(traceFlags(Buffer.from(`00-${TRACE}-${SPAN}-01`))).toBe(1);
    expect(traceFlags(Buffer.from(`00-${TRACE}-${SPAN}-ff`))).toBe(3);
    expect(traceFlags(Buffer.from(`07-${TRACE}-${SPAN}-ff`))).toBe(1);
  });
});

describe('what headers say of a record', () => {
  test('is nothing where they are somebody else’s', () => {
    const headers = [
      { key: 'traceparent', value: Buffer.from('rubbish') },
      { key: 'arbitrex-input', value: Buffer.from('nowhere') },
      { key: 'arbitrex-emitted', value: Buffer.from('yesterday') },
      { key: 'arbitrex-links', value: Buffer.from('odd') },
    ];
    const nothing = { traceId: null, spanId: null, input: null, emittedMs: null, links: null };
    expect(lineageOf(headers)).toEqual(nothing);
    expect(lineageOf([])).toEqual(nothing);
  });

  test('names a topic whatever characters it has', () => {
    const input = (text: string) => lineageOf([{ key: 'arbitrex-input', value: Buffer.from(text) }]).input;
    expect(input('desk.ticks_v2/12@9007199254740991')).toEqual({ topic: 'desk.ticks_v2', partition: 12, offset: 9007199254740991 });
  });
});
