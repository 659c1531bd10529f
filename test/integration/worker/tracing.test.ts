import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineageOf } from '../../../src/lineage/read-lineage.ts';
import { FORWARDED_FROM } from '../../../src/worker/tick-task.ts';
import type { StageSetName } from '../../../topology/fx.ts';
import { MINUTE, tickAt, utc } from '../../unit/domain/support.ts';
import { Installation } from './installation.ts';
import { type OutgoingTick, outgoing } from './outgoing-ticks.ts';

const START = utc('2024-03-05T10:00');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const SYMBOLS = ['EURUSD', 'GBPUSD'];
const TRACED = [
  { key: 'traceparent', value: Buffer.from(`00-${TRACE}-${SPAN}-01`) },
  { key: 'desk', value: Buffer.from([1, 0, 255]) },
];

function tickOf(installation: Installation, symbol: string, minute: number, fields: Partial<OutgoingTick> = {}): OutgoingTick {
  return outgoing(installation.tickSchemaId, tickAt(START + minute * MINUTE, 1.1, { symbol }), fields);
}

const SETS: [string, StageSetName[]][] = [
  ['all', ['all']],
  ['clean, tier1 and tier2', ['clean', 'tier1', 'tier2']],
];

describe.each(SETS)('outputs of the stage sets %s', (_, sets) => {
  let installation: Installation;
  let began: number;
  let ended: number;

  beforeAll(async () => {
    const file = { timeframes: ['1m', '5m'], symbols: SYMBOLS, universes: [{ name: 'two', symbols: SYMBOLS }], window: 2, min_obs: 2 };
    installation = await Installation.open(file, afterAll);
    // One tick a minute: the one of minute 1, offset 1 of its partition, closes the bar of minute 0.
    for (const symbol of SYMBOLS) {
      for (let minute = 0; minute <= 6; minute++) {
        await installation.send(tickOf(installation, symbol, minute, symbol === 'EURUSD' && minute === 5 ? { headers: TRACED } : {}));
      }
    }
    began = Date.now();
    const workers = [];
    for (const set of sets) workers.push(await installation.startWorker(set));
    for (const worker of workers) await worker.caughtUp();
    for (const worker of workers) await worker.stop();
    ended = Date.now();
  });

  test('bars and tier-1 rows name the tick that closed them, and go on with its trace under spans of their own', async () => {
    const spans = new Set([SPAN]);
    let count = 0;
    for (const records of [await installation.cleanBars(), await installation.featureRows()]) {
      for (const { partition, headers, record } of records) {
        const { traceId, spanId, input, emittedMs } = lineageOf(headers);
        // A bar's timestamp is the end of its slot, which is when the tick that closed it came.
        const offset = (record.timestamp_utc - START) / MINUTE;
        expect(input).toEqual({ topic: installation.topic('ticks'), partition, offset });
        expect(traceId === TRACE).toBe(record.symbol === 'EURUSD' && offset === 5);
        expect(headers[0]!.value!.toString().endsWith(traceId === TRACE ? '-01' : '-00')).toBe(true);
        expect(emittedMs).toBeGreaterThanOrEqual(began);
        expect(emittedMs).toBeLessThanOrEqual(ended);
        spans.add(spanId!);
        count++;
      }
    }
    // Of each symbol six bars of a minute and one of five, and a row for each.
    expect(count).toBe(2 * 2 * 7);
    expect(spans.size).toBe(1 + count);
  });

  test('a bar and its row are of one trace, all bars that one tick closes among them', async () => {
    const byTick = new Map<string, Set<string>>();
    for (const records of [await installation.cleanBars(), await installation.featureRows()]) {
      for (const { partition, headers } of records) {
        const { traceId, input } = lineageOf(headers);
        const key = `${partition}@${input!.offset}`;
        byTick.set(key, (byTick.get(key) ?? new Set()).add(traceId!));
      }
    }
    expect([...byTick.values()].map((traces) => traces.size)).toEqual(Array(2 * 6).fill(1));
    expect(new Set([...byTick.values()].flatMap((traces) => [...traces])).size).toBe(2 * 6);
  });

  test('a matrix has a trace of its own and links to the rows of its symbols, the last of which it names', async () => {
    const rows = await installation.featureRows();
    const matrices = await installation.matrices();
    expect(matrices).toHaveLength(6 + 1);
    for (const { headers, record } of matrices) {
      const { traceId, input, emittedMs, links } = lineageOf(headers);
      const joined = record.symbols.map(
        (symbol) =>
          rows.find(
            ({ record: row }) => row.symbol === symbol && row.timeframe === record.timeframe && row.timestamp_utc === record.window_end,
          )!,
      );
      expect(links).toEqual(joined.map(({ partition, offset }) => ({ partition, offset })));
      expect(links).toContainEqual({ partition: input!.partition, offset: input!.offset });
      expect(input!.topic).toBe(installation.topic('features-tier1'));
      expect(traceId).not.toBe(TRACE);
      for (const row of joined) expect(emittedMs).toBeGreaterThanOrEqual(lineageOf(row.headers).emittedMs!);
    }
    expect(new Set(matrices.map(({ headers }) => lineageOf(headers).traceId)).size).toBe(matrices.length);
  });
});

describe('what somebody else has put into the headers of a tick', () => {
  test('stays as it is in its dead letter, which goes on with its trace', async () => {
    const installation = await Installation.open({ timeframes: ['1m'], symbols: SYMBOLS });
    const crossed = tickAt(START, 1.1, { symbol: 'GBPUSD', bid: 1.2, ask: 1.1 });
    await installation.send(outgoing(installation.tickSchemaId, crossed, { headers: TRACED }));
    await installation.runToEnd();
    const [letter] = await installation.deadLetters();
    expect(letter!.record.headers).toEqual(TRACED);
    const { traceId, spanId, input, emittedMs } = lineageOf(letter!.headers);
    expect({ traceId, input }).toEqual({ traceId: TRACE, input: { topic: installation.topic('ticks'), partition: 1, offset: 0 } });
    expect(spanId).not.toBe(SPAN);
    expect(emittedMs).toBeGreaterThan(START);
  });

  test('goes with it where it is sent on, with nothing added but where it had been, and the bar it closes goes on with its trace', async () => {
    const installation = await Installation.open({ timeframes: ['1m'], symbols: SYMBOLS });
    await installation.send(tickOf(installation, 'GBPUSD', 0));
    await installation.send(tickOf(installation, 'GBPUSD', 1, { partition: 0, headers: TRACED }));
    await installation.runToEnd();
    // The second run works off what the first one has sent on, if that had not come to it.
    await installation.runToEnd();
    const forwarded = (await installation.records('ticks')).find(({ partition, offset }) => partition === 1 && offset > 0)!;
    const from = Buffer.from(`${installation.topic('ticks')}/0@0`);
    expect(forwarded.headers).toEqual([...TRACED, { key: FORWARDED_FROM, value: from }]);
    const [bar] = await installation.cleanBars();
    const { traceId, input } = lineageOf(bar!.headers);
    expect({ traceId, input }).toEqual({
      traceId: TRACE,
      input: { topic: installation.topic('ticks'), partition: 1, offset: forwarded.offset },
    });
  });
});
