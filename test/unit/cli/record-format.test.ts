import { describe, expect, it } from 'vitest';
import { recordFormat } from '../../../src/cli/record-format.ts';

const FIELDS = ['symbol', 'event_time', 'bid', 'last'];
const TICK = { symbol: 'EURUSD', event_time: Date.UTC(2026, 0, 5), bid: 1.23456789, last: null };

describe('records of a topic', () => {
  it('are JSON lines with every field; bytes are base64', () => {
    const { header, line } = recordFormat('dead-letters', 'jsonl', []);
    expect(header).toBeNull();
    expect(line({ reason: 'CROSSED', value: Buffer.from([0, 255]) })).toBe('{"reason":"CROSSED","value":"AP8="}');
  });

  it('are CSV with every field in the schema’s order; null is empty, what holds a comma is quoted', () => {
    const { header, line } = recordFormat('ticks', 'csv', FIELDS);
    expect(header).toBe('symbol,event_time,bid,last');
    expect(line(TICK)).toBe('EURUSD,1767571200000,1.23456789,');
    expect(line({ ...TICK, symbol: 'a,"b"' })).toBe('"a,""b""",1767571200000,1.23456789,');
  });

  it('are a table with times to read; a null is a dot', () => {
    const { header, line } = recordFormat('ticks', 'table', FIELDS);
    expect(header).toMatch(/^event_time +symbol +bid +ask/);
    expect(line(TICK)).toMatch(/^2026-01-05T00:00:00Z EURUSD +1\.234568 +·/);
  });

  it('show a time beyond the calendar as it is', () => {
    expect(recordFormat('ticks', 'table', FIELDS).line({ ...TICK, event_time: 9e15 })).toMatch(/^9000000000000000 /);
  });
});
