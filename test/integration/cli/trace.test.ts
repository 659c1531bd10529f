import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { type KnownRowsOptions, knownRows } from '../../../src/clients/known-rows.ts';
import { traceBar } from '../../../src/clients/trace-bar.ts';
import { KNOWN_FEATURES_HEADER } from '../../../src/csv/results.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { runCli } from '../../unit/cli/run-cli.ts';
import { MINUTE, tickAt, utc } from '../../unit/domain/support.ts';
import { Installation } from '../worker/installation.ts';
import { outgoing } from '../worker/outgoing-ticks.ts';
import { until } from '../worker/wait.ts';

const START = utc('2024-03-05T10:00');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACED = [{ key: 'traceparent', value: Buffer.from(`00-${TRACE}-00f067aa0ba902b7-01`) }];
const SYMBOLS = ['EURUSD', 'EUR/GBP'];
const SETTINGS = { timeframes: ['1m', '5m'], symbols: SYMBOLS, universes: [{ name: 'two', symbols: SYMBOLS }], window: 3, min_obs: 2 };
/** Minutes of ticks before and after the cut. */
const [BEFORE, AFTER] = [8, 13];

const folder = mkdtempSync(join(tmpdir(), 'arbitrex-trace-'));
const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
let installation: Installation;
let consumer: FeatureConsumer;
/** What was written by then is known by then. */
let cutMs: number;

const arbitrex = (...args: string[]) => runCli(args, { env, files: { 'arbitrex.yaml': JSON.stringify(installation.file) } });

async function sendMinutes(from: number, to: number): Promise<void> {
  for (const symbol of SYMBOLS) {
    for (let minute = from; minute < to; minute++) {
      const tick = tickAt(START + minute * MINUTE, 1.1, { symbol });
      await installation.send(outgoing(installation.tickSchemaId, tick, minute === 5 ? { headers: TRACED } : {}));
    }
  }
}

beforeAll(async () => {
  installation = await Installation.open(SETTINGS, afterAll);
  consumer = new FeatureConsumer(installation);
  await sendMinutes(0, BEFORE);
  await installation.runToEnd();
  cutMs = Date.now();
  await until('the clock has gone on', async () => Date.now() > cutMs);
  await sendMinutes(BEFORE, AFTER);
  await installation.runToEnd();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('arbitrex trace', () => {
  test('prints the path of a bar from the tick that closed it to the matrix that joined it', async () => {
    const { code, stdout, stderr } = arbitrex('trace', 'EUR/GBP/1m@2024-03-05T10:05Z', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const trace = JSON.parse(stdout);
    const position = ({ partition, offset }: { partition: number; offset: number }) => ({ partition, offset });
    const ofBar = ({ record }: { record: { symbol: string; timeframe: string; timestamp_utc: number } }) =>
      record.symbol === 'EUR/GBP' && record.timeframe === '1m' && record.timestamp_utc === START + 5 * MINUTE;
    const bar = (await installation.cleanBars()).find(ofBar)!;
    const row = (await installation.featureRows()).find(ofBar)!;
    const matrix = (await installation.matrices()).find(
      ({ record }) => record.timeframe === '1m' && record.window_end === START + 5 * MINUTE,
    )!;
    expect(trace).toMatchObject({
      symbol: 'EUR/GBP',
      timeframe: '1m',
      timestamp_utc: START + 5 * MINUTE,
      trace_id: TRACE,
      input: { topic: installation.topic('ticks'), partition: 1, offset: 5 },
      tick: { partition: 1, offset: 5, event_time: START + 5 * MINUTE, emitted: null, schema_id: installation.tickSchemaId },
      clean: { topic: installation.topic('clean-ohlcv'), ...position(bar), schema_id: bar.value!.readUInt32BE(1) },
      tier1: { topic: installation.topic('features-tier1'), ...position(row), feature_version: row.record.feature_version },
      matrices: [
        {
          topic: installation.topic('features-tier2'),
          ...position(matrix),
          universe: 'two',
          version: matrix.record.version,
          has_joined: true,
        },
      ],
    });
    expect(trace.clean.emitted).toBeLessThanOrEqual(cutMs);
    expect(trace.matrices[0].emitted).toBeGreaterThanOrEqual(trace.tier1.emitted);
  });

  test('says it in words', () => {
    const { stdout } = arbitrex('trace', `EURUSD/5m@${START + 5 * MINUTE}`);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`EURUSD/5m@2024-03-05T10:05:00.000Z  trace ${TRACE}`);
    expect(lines.slice(1, -1).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['record', 'tick', 'bar', 'tier 1', 'matrix two']);
    expect(lines.at(-1)).toBe('closed by a tick of 2024-03-05T10:05:00.000Z from unknown');
  });

  test('of a bar that is not there says what there is to look at', () => {
    const { code, stderr } = arbitrex('trace', 'EURUSD/1m@2024-03-05T11:00Z');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no bar EURUSD/1m that ends at 2024-03-05T11:00:00.000Z');
    expect(stderr).toContain('arbitrex consume clean-ohlcv --symbol EURUSD --timeframe 1m');
  });

  test('reads no further than it must, and finds every bar', async () => {
    for (const minute of [1, BEFORE, AFTER - 1]) {
      const trace = await traceBar(consumer, installation.topology, {
        symbol: 'EURUSD',
        timeframe: '1m',
        timestampUtc: START + minute * MINUTE,
      });
      expect(trace!.tick).toMatchObject({ partition: 0, offset: minute });
      expect(trace!.matrices.map(({ value, hasJoined }) => [value.window_end, hasJoined])).toEqual([[START + minute * MINUTE, true]]);
    }
  });
});

describe('arbitrex export --as-of', () => {
  const rowsOf = (csv: string) => csv.trimEnd().split('\n').slice(1);

  test('prints the rows that had gone out by then, and none that came later', async () => {
    const rows = await installation.featureRows();
    const { code, stdout } = arbitrex('export', '--as-of', String(cutMs));
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(KNOWN_FEATURES_HEADER);
    const known = rows.filter(({ record }) => record.timestamp_utc < START + BEFORE * MINUTE);
    expect(known.length).toBeLessThan(rows.length);
    const names = rowsOf(stdout).map((line) => line.split(',').slice(0, 3).join());
    expect(names.toSorted()).toEqual(
      known.map(({ record: { symbol, timeframe, timestamp_utc } }) => `${symbol},${timeframe},${timestamp_utc}`).sort(),
    );
    for (const line of rowsOf(stdout)) expect(Number(line.split(',').at(-1))).toBeLessThanOrEqual(cutMs);
  });

  test('writes a file of some symbols and a timeframe, and tells how much there is', async () => {
    const path = join(folder, 'known.csv');
    const { code, stdout } = arbitrex(
      ...['export', '--as-of', new Date(cutMs).toISOString(), '--symbol', 'EURUSD', '--timeframe', '1m', '--out', path, '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ file: path, rows: BEFORE - 1, later: AFTER - BEFORE, untold: 0, repeats: 0 });
    const minutes = rowsOf(readFileSync(path, 'utf8')).map((line) => (Number(line.split(',')[2]) - START) / MINUTE);
    expect(minutes).toEqual(Array.from({ length: BEFORE - 1 }, (_, i) => i + 1));
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('leaves out a row that repeats one and a row that does not say when it went out', async () => {
    const other = await Installation.open(SETTINGS);
    const rows = (await installation.featureRows()).filter(({ partition }) => partition === 0);
    const producer = await IdempotentProducer.open(other.connection, silentLog);
    const [first, second, third] = rows.filter(({ record }) => record.timeframe === '1m');
    const messages = [first!, first!, { ...second!, headers: [] }, third!].map(({ key, value, timestamp, headers }) => ({
      ...{ partition: 0, key, value, timestamp, headers },
    }));
    await producer.send([{ topic: other.topic('features-tier1'), messages }]);
    await producer.close();
    const leftOut = { later: 0, untold: 0, repeats: 0 };
    const progress: [number, number][] = [];
    const options: KnownRowsOptions = { asOfMs: Number.POSITIVE_INFINITY, onProgress: (done, total) => progress.push([done, total]) };
    const found: number[] = [];
    for await (const { row } of knownRows(new FeatureConsumer(other), options, leftOut)) found.push(row.timestampUtc);
    expect(found).toEqual([first!, third!].map(({ record }) => record.timestamp_utc));
    expect(leftOut).toEqual({ later: 0, untold: 1, repeats: 1 });
    expect(progress.at(-1)).toEqual([4, 4]);
  });
});
