import { describe, expect, it } from 'vitest';
import { recordFormat } from '../../../src/cli/record-format.ts';

describe('the table of a topic', () => {
  it('keeps to the columns of the terminal: what comes last is cut', () => {
    const { header, line } = recordFormat('ticks', 'table', [], 45);
    expect(header).toBe('event_time           symbol     bid');
    expect(line({ event_time: 0, symbol: 'EURUSD', bid: 1.23456789, ask: 2 })).toBe('1970-01-01T00:00:00Z EURUSD     1.234568');
  });

  it('shows where a dead letter came from, and lets nothing in it steer the terminal', () => {
    const origin = { topic: 'ticks', partition: 3, offset: 17 };
    const letter = { ...origin, timestamp: 0, reason: 'UNKNOWN_SCHEMA', symbol: 'A\u001b[2J', message: 'no\nid' };
    expect(recordFormat('dead-letters', 'table', []).line(letter)).toBe(
      '1970-01-01T00:00:00Z UNKNOWN_SCHEMA  ticks-3@17               A·[2J      no·id',
    );
  });
});
