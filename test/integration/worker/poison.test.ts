import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordsRefused } from '../../../src/kafka/record-sender.ts';
import { FORWARDED_FROM } from '../../../src/worker/tick-task.ts';
import { MINUTE, tickAt, utc } from '../../unit/domain/support.ts';
import { Installation } from './installation.ts';
import { type OutgoingTick, outgoing, tickBytes } from './outgoing-ticks.ts';

const START = utc('2024-03-05T10:00');
const SCHEMA_ID_OF_NOBODY = 2_000_000_000;
/** What a batch of one record takes beside the record's value: key and header as below, a value of about a MiB. */
const AROUND_VALUE_BYTES = 88;

let installation: Installation;
/** Ticks that are as they should be, one a minute. */
let minute = 0;

beforeAll(async () => {
  installation = await Installation.open({ timeframes: ['1m'], symbols: ['EURUSD', 'USDJPY'] }, afterAll);
});

function goodTick(fields: Partial<OutgoingTick> = {}): OutgoingTick {
  return outgoing(installation.tickSchemaId, tickAt(START + minute++ * MINUTE, 1.1), fields);
}

function record(value: Buffer | null, fields: Partial<OutgoingTick> = {}): OutgoingTick {
  return { symbol: 'EURUSD', value, timestamp: START, headers: [{ key: 'trace', value: Buffer.from([1, 0, 255]) }], ...fields };
}

/** A tick of EURUSD that the checks refuse. */
function badTick(fields: Parameters<typeof tickAt>[2]): Buffer {
  return tickBytes(installation.tickSchemaId, tickAt(START + MINUTE, 1.1, fields));
}

const largest = () => Buffer.alloc(installation.settings.topics.maxMessageBytes - AROUND_VALUE_BYTES, 7);

describe('a record that cannot be worked on', () => {
  test('lands in the dead letters with its bytes, position and reason, and the next good tick is processed', async () => {
    const tick = badTick({});
    const poison: [reason: string, record: OutgoingTick][] = [
      ['UNDECODABLE', record(Buffer.from('6e6f7420617672', 'hex'))],
      ['UNDECODABLE', record(tick.subarray(0, tick.length - 3))],
      ['UNDECODABLE', record(Buffer.concat([tick, Buffer.from([0])]))],
      ['UNDECODABLE', record(Buffer.alloc(0))],
      ['UNDECODABLE', record(null)],
      ['UNDECODABLE', record(largest())],
      ['UNKNOWN_SCHEMA', record(tickBytes(SCHEMA_ID_OF_NOBODY, tickAt(START)))],
      ['BAD_SYMBOL', record(tick, { key: 'USDJPY' })],
      ['BAD_SYMBOL', record(tick, { key: '' })],
      ['BAD_SYMBOL', record(tick, { key: null })],
      ['BAD_SYMBOL', record(badTick({ symbol: '' }), { key: '' })],
      ['BAD_PRICE', record(badTick({ bid: Number.NaN }))],
      ['BAD_PRICE', record(badTick({ ask: Number.POSITIVE_INFINITY }))],
      ['CROSSED', record(badTick({ bid: 1.2, ask: 1.1 }))],
      ['BAD_VOLUME', record(badTick({ volume: -1 }))],
      ['UNLISTED', record(badTick({ symbol: 'XAUUSD' }), { key: 'XAUUSD' })],
    ];
    await installation.send(goodTick(), ...poison.flatMap(([, bad]) => [bad, goodTick()]));

    await installation.runToEnd();

    const letters = (await installation.deadLetters()).map(({ record: letter }) => letter);
    expect(letters.map(({ reason }) => reason)).toEqual(poison.map(([reason]) => reason));
    for (const [i, [, sent]] of poison.entries()) {
      const key = sent.key === undefined ? sent.symbol : sent.key;
      expect(letters[i]).toMatchObject({
        topic: installation.topic('ticks'),
        partition: 0,
        offset: 1 + 2 * i,
        timestamp: START,
        key: key === null ? null : Buffer.from(key),
        value: sent.value,
        headers: sent.headers,
        stage: 'clean',
      });
      expect(letters[i]!.message).not.toBe('');
    }
    // A bar of one tick for every good tick but the last, whose minute is open still.
    const bars = (await installation.cleanBars()).map(({ record: bar }) => [bar.timestamp_utc, bar.tick_count]);
    expect(bars).toEqual(poison.map((_, i) => [START + (i + 1) * MINUTE, 1]));
  });

  test('the largest that the broker takes: one byte more, and it is refused before it is written', async () => {
    const oneMore = record(Buffer.concat([largest(), Buffer.from([7])]));
    await expect(installation.send(oneMore)).rejects.toThrow(RecordsRefused);
  });
});

describe('a tick on a partition that is not its symbol’s', () => {
  const yen = (at: number, fields: Partial<OutgoingTick> = {}): OutgoingTick =>
    outgoing(installation.tickSchemaId, tickAt(START + at * MINUTE, 150, { symbol: 'USDJPY' }), fields);

  test('is sent on there once, unchanged but for a header that says where it had been', async () => {
    const stray = yen(0, { partition: 0, headers: [{ key: 'trace', value: Buffer.from('x') }] });
    await installation.send(stray, yen(1, { partition: 0 }));
    const position = (await installation.records('ticks')).find(({ value }) => value?.equals(stray.value!))!;

    // One run works off what it sends on itself.
    await installation.runToEnd();

    const [forwarded, ...others] = (await installation.records('ticks')).filter(
      ({ partition, value }) => partition === 1 && value!.equals(stray.value!),
    );
    expect(others).toEqual([]);
    expect(forwarded).toMatchObject({ key: Buffer.from('USDJPY'), timestamp: stray.timestamp });
    const from = Buffer.from(`${installation.topic('ticks')}/0@${position.offset}`);
    expect(forwarded!.headers).toEqual([...stray.headers!, { key: FORWARDED_FROM, value: from }]);
    const bars = (await installation.cleanBars()).filter(({ record: bar }) => bar.symbol === 'USDJPY');
    expect(bars.map(({ partition, record: bar }) => [partition, bar.timestamp_utc, bar.tick_count])).toEqual([[1, START + MINUTE, 1]]);
  });

  test('is refused as WRONG_PARTITION where the settings say `misrouted: reject`', async () => {
    const stray = yen(2, { partition: 0 });
    await installation.send(stray);

    await installation.runToEnd('all', { misrouted: 'reject' });

    const last = (await installation.deadLetters()).at(-1)!.record;
    expect(last).toMatchObject({ reason: 'WRONG_PARTITION', partition: 0, value: stray.value, symbol: 'USDJPY' });
    expect(last.message).toContain('belongs on partition 1');
    expect((await installation.records('ticks')).filter(({ value }) => value?.equals(stray.value!))).toHaveLength(1);
  });
});
