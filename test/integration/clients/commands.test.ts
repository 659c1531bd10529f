import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { packageRoot } from '../../../src/paths.ts';
import { runCli } from '../../unit/cli/run-cli.ts';
import { type CleanUp, Installation } from '../worker/installation.ts';
import { until } from '../worker/wait.ts';

const SYMBOLS = ['EURUSD', 'GBPUSD'];
const SETTINGS = { timeframes: ['1m'], symbols: SYMBOLS, universes: [{ name: 'two', symbols: SYMBOLS }], window: 60 };
const START = Date.UTC(2026, 0, 5);
const HEADER = 'symbol,event_time,bid,ask,volume,seq';

const endings: (() => Promise<void>)[] = [];
const atTheEnd: CleanUp = (end) => void endings.unshift(end);
const folder = mkdtempSync(join(tmpdir(), 'arbitrex-clients-'));
const settingsFile = join(folder, 'settings.yaml');
const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
let installation: Installation;

beforeAll(async () => {
  installation = await Installation.open(SETTINGS, atTheEnd);
  writeFileSync(settingsFile, JSON.stringify(installation.file));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  for (const end of endings) await end();
});

const arbitrex = (...args: string[]) => runCli([...args, '--settings', settingsFile], { env });

/** A command that goes on while the test does. */
function start(...args: string[]): { process: ChildProcessWithoutNullStreams; output: () => string; exitCode: Promise<number | null> } {
  const child = spawn(process.execPath, [join(packageRoot, 'src', 'cli', 'main.ts'), ...args, '--settings', settingsFile], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  return { process: child, output: () => output, exitCode: once(child, 'close').then(([code]) => code as number | null) };
}

function fileOf(name: string, ...rows: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
  return path;
}

const row = (symbol: string, minute: number, bid = '1.1', ask = '1.2'): string =>
  `${symbol},${START + minute * 60_000},${bid},${ask},1,${minute}`;

async function countTicks(): Promise<number> {
  let count = 0;
  for await (const _ of new FeatureConsumer(installation).read('ticks')) count++;
  return count;
}

describe('arbitrex produce', () => {
  it('names twenty bad rows and counts the others', () => {
    const bad = Array.from({ length: 25 }, (_, i) => row('EURUSD', i, 'nan'));
    const { code, stdout, stderr } = arbitrex('produce', fileOf('bad.csv', ...bad, row('EURUSD', 0)));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^1 ticks in .*, 25 bad rows passed over\n$/) });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(19)).toMatch(/bad\.csv: line 21: bid is NaN$/);
    expect(lines.at(20)).toMatch(/bad\.csv: 5 more bad rows$/);
  });

  it('sends the rows before a bad one where --strict', async () => {
    const before = await countTicks();
    const { code } = arbitrex(
      'produce',
      '--strict',
      fileOf('strict.csv', row('EURUSD', 1), row('EURUSD', 2), row('', 3), row('EURUSD', 4)),
    );
    expect(code).toBe(1);
    expect(await countTicks()).toBe(before + 2);
  });

  it('ends at Ctrl-C though its standard input stays open, and says how many went out', async () => {
    const before = await countTicks();
    const { process: child, output, exitCode } = start('produce', '-');
    // Rows are read a thousand at a time; the rest of an open pipe is still on its way.
    const rows = Array.from({ length: 1_100 }, (_, i) => row('GBPUSD', i % 5));
    child.stdin.write(`${[HEADER, ...rows].join('\n')}\n`);
    await until('the ticks have arrived', async () => (await countTicks()) === before + 1_000);
    child.kill('SIGINT');
    expect(await exitCode).toBe(0);
    expect(output()).toMatch(/^1,000 ticks in /);
  });

  it('paces: --rate by the clock, --live with the clock as event time', async () => {
    const earliest = Date.now();
    const { stdout } = arbitrex('produce', '--synthetic', '--live', '--ticks', '20', '--rate', '40', '--json');
    const latest = Date.now();
    const { sent, seconds } = JSON.parse(stdout) as { sent: number; seconds: number };
    expect(sent).toBe(20);
    // The first goes at once, the twentieth 19 intervals later, less the wait too short to be kept.
    expect(seconds).toBeGreaterThan(0.46);
    const times = [];
    for await (const { timestamp } of new FeatureConsumer(installation).read('ticks', { from: earliest })) times.push(timestamp);
    expect(times).toHaveLength(20);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(earliest);
    expect(Math.max(...times)).toBeLessThanOrEqual(latest);
  });

  it('--speed replays event time', () => {
    const file = fileOf('speed.csv', row('EURUSD', 5), row('EURUSD', 6), row('EURUSD', 7));
    const { seconds } = JSON.parse(arbitrex('produce', file, '--speed', '200', '--json').stdout) as { seconds: number };
    // Two minutes, two hundred times faster.
    expect(seconds).toBeGreaterThan(0.59);
  });

  it.each([['--live'], ['--synthetic', '--live', '--speed', '2'], ['--synthetic', '--rate', '1', '--speed', '2']])(
    'refuses options that contradict each other: %j',
    (...options) => {
      const file = options.includes('--synthetic') ? [] : ['ticks.csv'];
      expect(arbitrex('produce', ...file, ...options)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: --/) });
    },
  );
});

describe('arbitrex consume', () => {
  it('prints dead letters with the tick inside, where there is one, and their bytes', async () => {
    const own = await Installation.open(SETTINGS);
    const file = join(folder, 'own.yaml');
    writeFileSync(file, JSON.stringify(own.file));
    const own_ = (...args: string[]) => runCli([...args, '--settings', file], { env });
    expect(own_('produce', fileOf('crossed.csv', row('EURUSD', 0, '1.2', '1.1')))).toMatchObject({ code: 0 });
    await own.send({ symbol: 'GBPUSD', value: Buffer.from('junk'), timestamp: START });
    await own.runToEnd();

    const letters = own_('consume', 'dead-letters', '--format', 'jsonl')
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [crossed, junk] = letters.sort((a, b) => a.partition - b.partition);
    expect(crossed).toMatchObject({
      reason: 'CROSSED',
      key: Buffer.from('EURUSD').toString('base64'),
      tick: { bid: 1.2, ask: 1.1, seq: 0 },
    });
    expect(junk).toMatchObject({ reason: 'UNDECODABLE', value: Buffer.from('junk').toString('base64'), tick: null });

    const table = own_('consume', 'dead-letters', '--symbol', 'EURUSD').stdout.trimEnd().split('\n');
    expect(table).toHaveLength(2);
    expect(table[1]).toMatch(/^2026-01-05T00:00:00Z CROSSED +\S+ticks-0@0 +EURUSD /);
  });

  it('--follow prints what comes later, as it comes, until Ctrl-C', async () => {
    expect(arbitrex('produce', fileOf('earlier.csv', row('GBPUSD', 76)))).toMatchObject({ code: 0 });
    const { process: child, output, exitCode } = start('consume', 'ticks', '--follow', '--symbol', 'GBPUSD', '--format', 'csv');
    await until('the past is printed', () => output().includes(`GBPUSD,${START + 76 * 60_000},`));
    expect(arbitrex('produce', fileOf('later.csv', row('GBPUSD', 77)))).toMatchObject({ code: 0 });
    await until('the tick is printed', () => output().includes(`GBPUSD,${START + 77 * 60_000},1.1,1.2,,1,77,`));
    child.kill('SIGINT');
    expect(await exitCode).toBe(0);
  });

  it('ends when nobody reads its output any more', async () => {
    const { process: child, exitCode } = start('consume', 'ticks', '--follow', '--format', 'csv');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    arbitrex('produce', fileOf('unread.csv', row('EURUSD', 78)));
    expect(await exitCode).toBe(0);
  });

  it.each([
    [['ticks', '--timeframe', '1m'], 'error: --timeframe: records of ticks have none\n'],
    [['clean-ohlcv', '--timeframe', '2m'], 'error: --timeframe: "2m" is none of the settings\nhint: they have 1m\n'],
  ])('says what is wrong: %j', (args, stderr) => {
    expect(arbitrex('consume', ...args)).toEqual({ code: 2, stdout: '', stderr });
  });
});
