import { describe, expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type DeadLetter, schemas } from '../../../src/codec/generated/records.ts';
import { DEFAULT_BARS } from '../../../src/domain/settings.ts';
import { StageHeaders } from '../../../src/lineage/stage-headers.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { deadLetter, type RefusedRecord } from '../../../src/worker/dead-letters.ts';
import { domainSettings } from '../runtime/support.ts';
import { codecFor, ourSchemas } from './support.ts';

const RECORD: InputRecord = {
  offset: 123,
  timestamp: 456,
  key: Buffer.from([0xff, 0]),
  value: Buffer.from([1, 2, 3]),
  headers: [
    { key: 'trace', value: Buffer.from([0xfe]) },
    { key: 'trace', value: null },
  ],
};

async function written(refused: Partial<RefusedRecord>) {
  const whole = {
    reason: 'CROSSED',
    topic: 'ticks',
    partition: 4,
    record: RECORD,
    stage: 'clean',
    symbol: 'EURUSD',
    timeframes: [],
    ...refused,
  } as const;
  const output = deadLetter(codecFor(domainSettings(DEFAULT_BARS)), new StageHeaders({ topic: 'ticks', partition: 4 }), whole);
  const decoder = new RecordDecoder<DeadLetter>(ourSchemas(), schemas['dead-letter']);
  await decoder.prepare([output.value]);
  return { output, letter: decoder.decode(output.value) };
}

describe('a dead letter', () => {
  test('holds the original byte for byte, where it lay, and why it was refused', async () => {
    const { output, letter } = await written({});
    expect(letter).toEqual({
      reason: 'CROSSED',
      timeframes: [],
      message: 'ask is below bid',
      topic: 'ticks',
      partition: 4,
      offset: 123,
      timestamp: 456,
      key: RECORD.key,
      value: RECORD.value,
      headers: RECORD.headers,
      symbol: 'EURUSD',
      stage: 'clean',
    });
    expect(output).toMatchObject({ partition: 0, key: RECORD.key, timestamp: 456 });
  });

  test('of a late tick names the timeframes it was too late for', async () => {
    expect((await written({ reason: 'LATE', timeframes: ['1m', '5m'] })).letter.timeframes).toEqual(['1m', '5m']);
  });

  test('says what the decoder said, after the reason', async () => {
    const { letter } = await written({ reason: 'UNDECODABLE', symbol: null, detail: 'ends at byte 3' });
    expect(letter.message).toMatch(/^the value is not a tick .*: ends at byte 3$/);
    expect(letter.symbol).toBeNull();
  });

  test('of a record without key, value and record time is a record all the same', async () => {
    const { output, letter } = await written({ record: { ...RECORD, key: null, value: null, timestamp: -1, headers: [] } });
    expect(letter).toMatchObject({ key: null, value: null, timestamp: -1, headers: [] });
    expect(output).toMatchObject({ key: null, timestamp: 0 });
  });
});
