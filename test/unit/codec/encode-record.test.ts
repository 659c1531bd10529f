import { describe, expect, it } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { type CleanState, type DeadLetter, type OpenBarState, schemas, type Tick } from '../../../src/codec/generated/records.ts';
import { FixedSchemas } from './support.ts';

const tick: Tick = { symbol: 'A', event_time: 0, bid: 1, ask: 2, last: null, volume: null, seq: null, source_id: 's' };

const openBar: OpenBarState = {
  slot: 28_333_333,
  open: 1.1,
  high: 1.3,
  low: 1,
  close: 1.2,
  volume: 4,
  spread_sum: 0.001,
  tick_count: 4,
  first_time: 1_700_000_000_000,
  first_seq: null,
  last_time: 1_700_000_000_900,
  last_seq: Number.MAX_SAFE_INTEGER,
  source_id: 'venue',
};

function cleanState(bar: OpenBarState): CleanState {
  return {
    format_version: 1,
    settings_hash: 'abc',
    input_offset: 12,
    symbol: 'EURUSD',
    highest_event_time: -Number.MAX_SAFE_INTEGER,
    sources: [{ source_id: 'venue', highest_seq: 3, highest_event_time: 4 }],
    held: null,
    series: [
      {
        timeframe: '1m',
        started: true,
        next_slot: 5,
        run: 0,
        bars: 1,
        restarts: 0,
        previous_close: null,
        previous_clean: false,
        spread_average: 0.1,
        returns_seen: 2,
        recent_returns: [null, 0.25],
        consecutive_missing: 0,
        missing: 0,
        valid: 1,
        open: [bar],
      },
    ],
  };
}

async function roundTrip<T>(name: 'clean-state' | 'dead-letter', value: Buffer): Promise<T> {
  const decoder = new RecordDecoder<T>(new FixedSchemas({ 5: schemas[name] }), schemas[name]);
  await decoder.prepare([value]);
  return decoder.decode(value);
}

describe('encodeRecord', () => {
  it('brings a dead letter back byte for byte', async () => {
    const letter: DeadLetter = {
      reason: 'LATE',
      timeframes: ['1m', '5m'],
      message: 'too late for 1m, 5m',
      topic: 'ticks',
      partition: 3,
      offset: 2 ** 40,
      timestamp: 1_700_000_000_000,
      key: Buffer.from([0xff, 0]),
      value: Buffer.from('anything'),
      headers: [
        { key: 'trace', value: null },
        { key: 'trace', value: Buffer.from([1]) },
      ],
      symbol: null,
      stage: 'clean',
    };
    expect(await roundTrip('dead-letter', encodeRecord('dead-letter', 5, letter))).toEqual(letter);
  });

  it('brings state back with the same bits, an overflowed sum and the largest longs included', async () => {
    const state = cleanState({ ...openBar, volume: Number.POSITIVE_INFINITY });
    expect(await roundTrip('clean-state', encodeRecord('clean-state', 5, state))).toEqual(state);
  });

  it('refuses NaN everywhere, naming the field', () => {
    expect(() => encodeRecord('tick', 5, { ...tick, bid: Number.NaN })).toThrow('Tick cannot be encoded: bid is NaN');
    expect(() => encodeRecord('clean-state', 5, cleanState({ ...openBar, close: Number.NaN }))).toThrow(
      'CleanState cannot be encoded: series.0.open.0.close is NaN',
    );
  });

  it('refuses infinities in what others read', () => {
    expect(() => encodeRecord('tick', 5, { ...tick, last: Number.NEGATIVE_INFINITY })).toThrow('Tick cannot be encoded: last is -Infinity');
  });

  it('refuses a value of the wrong type', () => {
    const wrong = { ...tick, symbol: 7 } as unknown as Tick;
    expect(() => encodeRecord('tick', 5, wrong)).toThrow('Tick cannot be encoded: symbol is 7');
    expect(() => encodeRecord('tick', 5, { ...tick, seq: 0.5 })).toThrow('Tick cannot be encoded: seq is 0.5');
  });
});
