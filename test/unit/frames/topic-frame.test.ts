import { expect, it } from 'vitest';
import type { FeatureConsumer, ReadOptions } from '../../../src/clients/feature-consumer.ts';
import { topicFrame } from '../../../src/frames/topic-frame.ts';
import { describeWithDanfo } from '../../with-danfo.ts';

const MINUTE = 60_000;

/** A consumer of these records; it keeps what it was asked for. */
class HandFedConsumer {
  options: ReadOptions = {};
  readonly #records: readonly object[];

  constructor(records: readonly object[]) {
    this.#records = records;
  }

  read = async function* (this: HandFedConsumer, _topic: string, options: ReadOptions) {
    this.options = options;
    for (const value of this.#records) yield { value };
  } as unknown as FeatureConsumer['read'];
}

const bar = (symbol: string, time: number, fields: object = {}) => ({
  timestamp_utc: time * MINUTE,
  symbol,
  timeframe: '1m',
  open: 1,
  close: null,
  is_missing: false,
  source_id: null,
  tick_count: null,
  ...fields,
});

describeWithDanfo('a range of a topic as a frame', () => {
  it('has the fields of the schema as columns and the records as rows, by time, then symbol; nulls are NaN, and null among texts', async () => {
    const frame = await topicFrame(new HandFedConsumer([bar('B', 1), bar('B', 2), bar('A', 1)]), { topic: 'clean-ohlcv', timeframe: '1m' });
    expect(frame.loc({ columns: ['symbol', 'timestamp_utc', 'open', 'close', 'is_missing', 'source_id', 'tick_count'] }).values).toEqual([
      ['A', MINUTE, 1, Number.NaN, false, null, Number.NaN],
      ['B', MINUTE, 1, Number.NaN, false, null, Number.NaN],
      ['B', 2 * MINUTE, 1, Number.NaN, false, null, Number.NaN],
    ]);
    expect(frame.columns.slice(0, 4)).toEqual(['timestamp_utc', 'symbol', 'timeframe', 'open']);
    expect(frame.dtypes.slice(0, 4)).toEqual(['int32', 'string', 'string', 'float32']);
  });

  it('holds one timeframe, and both ends of the range', async () => {
    const consumer = new HandFedConsumer([...[1, 2, 3, 4].map((minute) => bar('A', minute)), bar('A', 2, { timeframe: '5m' })]);
    const frame = await topicFrame(consumer, {
      topic: 'clean-ohlcv',
      timeframe: '1m',
      symbols: ['A'],
      from: 2 * MINUTE,
      to: '1970-01-01T00:03Z',
    });
    expect(frame.column('timestamp_utc').values).toEqual([2 * MINUTE, 3 * MINUTE]);
    expect(consumer.options).toMatchObject({ from: 2 * MINUTE, symbols: ['A'] });
  });

  it('holds a bar that was written twice once, as it was written last', async () => {
    const frame = await topicFrame(new HandFedConsumer([bar('A', 1), bar('A', 2), bar('A', 1, { open: 9 })]), {
      topic: 'clean-ohlcv',
      timeframe: '1m',
    });
    expect(frame.column('open').values).toEqual([9, 1]);
  });

  it('without a record is empty, with its columns', async () => {
    const frame = await topicFrame(new HandFedConsumer([]), { topic: 'features-tier1', timeframe: '1m' });
    expect(frame.shape[0]).toBe(0);
    expect(frame.columns).toContain('vol_12_norm');
  });

  it('refuses a time that is none, and a record that does not decode unless told to go on', async () => {
    const consumer = new HandFedConsumer([]);
    await expect(topicFrame(consumer, { topic: 'clean-ohlcv', timeframe: '1m', from: 'noon' })).rejects.toThrow('from: "noon" is no time');
    await topicFrame(consumer, { topic: 'clean-ohlcv', timeframe: '1m' });
    expect(() => consumer.options.onUnreadable!(3, 14, 'no Avro')).toThrow(
      'the record at partition 3, offset 14 cannot be decoded: no Avro',
    );
  });
});
