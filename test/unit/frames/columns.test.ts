import { describe, expect, it } from 'vitest';
import { KNOWN_KINDS, toCell, topicColumns } from '../../../src/frames/columns.ts';

describe('the columns of a topic', () => {
  it('are the fields of its schema, in order', () => {
    expect(topicColumns('clean-ohlcv').slice(0, 4)).toEqual([
      { name: 'timestamp_utc', kind: 'whole' },
      { name: 'symbol', kind: 'text' },
      { name: 'timeframe', kind: 'text' },
      { name: 'open', kind: 'number' },
    ]);
    expect(topicColumns('features-tier1').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['feature_version', 'ml_ready', 'log_return_1', 'vol_12', 'vol_12_norm']),
    );
  });

  it('have a kind by their Avro type; a whole number that may be null is a number, for NaN is none', () => {
    expect(KNOWN_KINDS.get('tick_count')).toBe('number');
    expect(KNOWN_KINDS.get('is_missing')).toBe('flag');
    expect(KNOWN_KINDS.get('source_id')).toBe('text');
    expect(KNOWN_KINDS.get('feature_version')).toBe('text');
  });
});

describe('a null', () => {
  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])('is NaN among numbers: %s', (value) => {
    expect(toCell(value, 'number')).toBe(Number.NaN);
  });

  it('stays null among texts', () => {
    expect([toCell(null, 'text'), toCell(undefined, 'text'), toCell('', 'text')]).toEqual([null, null, '']);
    expect([toCell(0, 'number'), toCell(false, 'flag')]).toEqual([0, false]);
  });
});
