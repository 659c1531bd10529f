/** Two definitions side by side on the same ticks: a variant with another window beside the main pipeline. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { compareFeatures } from '../../../src/clients/compare-features.ts';
import { syntheticTicks } from '../../../src/clients/synthetic.ts';
import { emptyTick, type Tick } from '../../../src/domain/tick.ts';
import { silentLog } from '../../../src/log.ts';
import { KillSwitch } from '../../../src/ops/kill-switch.ts';
import type { Worker } from '../../../src/worker/worker.ts';
import { featureVersion } from '../../../topology/settings-hash.ts';
import { runCli } from '../../unit/cli/run-cli.ts';
import { tickAt, utc } from '../../unit/domain/support.ts';
import { BY_TEST } from '../ops/operated.ts';
import { lineDifferences, type OutputLines, writtenLines } from './golden-input.ts';
import { Installation, type SettingsObject } from './installation.ts';
import { type OutgoingTick, outgoing } from './outgoing-ticks.ts';
import { refusal } from './refusal.ts';
import { until } from './wait.ts';

const START = utc('2026-01-05T00:00');
const SYMBOLS = ['EURGBP', 'EURUSD', 'GBPUSD'];
const MINUTES = 110;
const TICK_EVERY_MS = 2_000;
/** The last ticks of GBPUSD go to the partition of EURGBP. */
const MISROUTED = 30;

const MAIN: SettingsObject = {
  timeframes: ['1m'],
  symbols: SYMBOLS,
  universes: [{ name: 'three', symbols: SYMBOLS }],
  window: 30,
  min_obs: 10,
  features: { norm_window: 20, ml_window: 20, ml_min_valid: 15 },
};
const CHANGED: SettingsObject = { features: { norm_window: 12 } };

/** The columns that a twin's window decides: those of 1D bars are null here whatever it is. */
const DEPENDENT = [
  'ml_ready',
  'rolling_return_3_norm',
  'rolling_return_6_norm',
  'rolling_return_12_norm',
  'momentum_score_norm',
  'vol_6_norm',
  'vol_12_norm',
  'vol_24_norm',
  'atr_normalized_norm',
  'ma_12_slope_norm',
  'ma_24_slope_norm',
  'ma_50_slope_norm',
  'distance_to_ma_12_norm',
  'distance_to_ma_24_norm',
  'distance_to_ma_50_norm',
  'efficiency_ratio_norm',
  'range_compression_norm',
];

/** Ticks without a seq: one that is taken twice would count twice. Among them some that are refused, and some on a wrong partition. */
function input({ tickSchemaId }: Installation): OutgoingTick[] {
  const ticks = (MINUTES * 60_000) / TICK_EVERY_MS;
  const all = [...syntheticTicks({ symbols: SYMBOLS, seed: 7, ticks, startMs: START, intervalMs: TICK_EVERY_MS })];
  const pounds = all.filter(({ symbol }) => symbol === 'GBPUSD').slice(-MISROUTED);
  const good = all.map((tick) => {
    const { symbol, eventTime, bid, ask } = tick;
    const whole: Tick = { ...emptyTick(), symbol, key: symbol, eventTime, bid, ask, sourceId: 'feed' };
    return outgoing(tickSchemaId, whole, pounds.includes(tick) ? { partition: 0 } : {});
  });
  const crossed = tickAt(START + 60_000, 1.1, { symbol: 'EURUSD', bid: 1.2, ask: 1.1 });
  const poison: OutgoingTick = { symbol: 'EURGBP', value: Buffer.from('no tick'), timestamp: START };
  return [...good.slice(0, 900), outgoing(tickSchemaId, crossed), poison, ...good.slice(900)];
}

/** What a worker writes for ticks that it has moved comes after the input that was there at the first call. */
async function workOff(worker: Worker): Promise<void> {
  for (let i = 0; i < 2; i++) await Promise.race([worker.caughtUp(), worker.failed]);
}

/** Without the schema ids: subjects of other topics may have others. */
function withoutIds(lines: OutputLines): OutputLines {
  const strip = (line: string): string => {
    const [key, timestamp, value] = line.split(' ');
    return `${key} ${timestamp} ${Buffer.from(value!, 'base64').subarray(5).toString('base64')}`;
  };
  const stripped = (all: ReadonlyMap<string, readonly string[]>) => new Map([...all].map(([name, of]) => [name, of.map(strip)]));
  return { clean: stripped(lines.clean), tier1: stripped(lines.tier1), tier2: stripped(lines.tier2) };
}

const refusedAt = async (installation: Installation): Promise<string[]> =>
  (await installation.deadLetters()).map(({ record }) => `${record.reason} ${record.partition}@${record.offset}`).sort();

describe('a variant beside the main pipeline', () => {
  let main: Installation;
  let variant: Installation;
  let alone: Installation;

  beforeAll(async () => {
    alone = await Installation.open(MAIN, afterAll);
    await alone.send(...input(alone));
    await workOff(await alone.startWorker());

    main = await Installation.open(MAIN, afterAll);
    variant = await main.openVariant('b', CHANGED, afterAll);
    await main.send(...input(main));
    const [worker, beside] = [await main.startWorker(), await variant.startWorker()];
    await workOff(worker);
    await workOff(beside);
  });

  test('completes like the main pipeline, whose outputs are byte for byte those of a run alone', async () => {
    const written = withoutIds(await writtenLines(main));
    expect(lineDifferences(written, withoutIds(await writtenLines(alone)))).toEqual([]);
    expect([...written.tier1.values()].flat().length).toBe(SYMBOLS.length * (MINUTES - 1));

    // The window is of tier 1 only: bars and matrices of the variant are those of the main pipeline.
    const beside = withoutIds(await writtenLines(variant));
    expect(lineDifferences({ ...beside, tier1: written.tier1 }, written)).toEqual([]);
    expect([...beside.tier1.values()].flat().length).toBe(SYMBOLS.length * (MINUTES - 1));
  });

  test('moves no tick and adds no dead letter to those of the main pipeline', async () => {
    const ticks = input(main).length;
    expect(await main.records('ticks')).toHaveLength(ticks + MISROUTED);
    const refused = await refusedAt(main);
    expect(refused).toHaveLength(2);
    expect(refused).toEqual(await refusedAt(alone));
    // What it refuses itself, it says in a topic of its own.
    expect(await refusedAt(variant)).toEqual(refused);
  });

  test('compares equal but in the features that depend on the window', async () => {
    const { connection, registry } = main;
    const found = await compareFeatures({ a: main.topology, b: variant.topology, connection, registry });

    const rows = SYMBOLS.length * (MINUTES - 1);
    expect(found).toMatchObject({ both: rows, otherVersion: rows, a: { only: 0, repeated: 0 }, b: { only: 0, repeated: 0 } });
    expect(found.a.versions).toEqual(new Map([[featureVersion(main.settings.domain.features), rows]]));
    expect(found.b.versions).toEqual(new Map([[featureVersion(variant.settings.domain.features), rows]]));
    expect(found.columns.filter(({ differ }) => differ > 0).map(({ column }) => column)).toEqual(DEPENDENT);

    // What the columns say is what the rows say.
    const [ofMain, ofVariant] = [await main.featureRows(), await variant.featureRows()];
    const values = ofMain.map(({ record }, i) => [record.vol_6_norm, ofVariant[i]!.record.vol_6_norm, record.timestamp_utc] as const);
    const differing = values.filter(([x, y]) => x !== y);
    const numbers = differing.flatMap(([x, y]) => (x === null || y === null ? [] : [Math.abs(x - y)]));
    const column = found.columns.find((one) => one.column === 'vol_6_norm')!;
    expect(column).toMatchObject({
      differ: differing.length,
      oneNull: differing.length - numbers.length,
      share: differing.length / rows,
      maxAbs: Math.max(...numbers),
      firstAt: Math.min(...differing.map(([, , timestamp]) => timestamp)),
    });
    expect(column.meanAbs).toBeCloseTo(numbers.reduce((sum, x) => sum + x, 0) / numbers.length, 12);
  });

  test('compares by symbol and time', async () => {
    const { connection, registry } = main;
    const [fromMs, toMs] = [START + 10 * 60_000, START + 20 * 60_000];
    const found = await compareFeatures({
      a: main.topology,
      b: variant.topology,
      connection,
      registry,
      symbols: ['EURUSD'],
      fromMs,
      toMs,
    });
    expect(found).toMatchObject({ both: 10, a: { only: 0 }, b: { only: 0 } });
  });

  test('and the command says so, with the exit codes of diff', () => {
    const files = {
      'arbitrex.yaml': JSON.stringify(main.file),
      'b.yaml': JSON.stringify(variant.file),
    };
    const env = { KAFKA_BROKERS: main.connection.brokers.join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
    const different = runCli(['features', 'compare', 'main', 'b=b.yaml'], { files, env });
    expect(different).toMatchObject({ code: 1, stderr: '' });
    expect(different.stdout).toMatch(/^features\.norm_window +20 +12$/m);
    expect(different.stdout).toMatch(/^vol_6_norm +\d+ /m);
    expect(different.stdout).not.toMatch(/^vol_6 /m);
    expect(different.stdout).toMatch(/they differ\n$/);

    const json = runCli(['features', 'compare', '-', 'b=b.yaml', '--json'], { files, env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      equal: false,
      settings: [{ setting: 'features.norm_window', a: 20, b: 12 }],
      rows_on_both_sides: SYMBOLS.length * (MINUTES - 1),
    });

    expect(runCli(['features', 'compare', 'main', 'main'], { files, env })).toMatchObject({ code: 0, stderr: '' });
    const none = runCli(['features', 'compare', 'main', 'b', '--timeframe', '1H'], { files, env });
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('error: there is no row to compare');
    const absent = runCli(['features', 'compare', 'main', 'c'], { files, env });
    expect(absent).toMatchObject({ code: 2, stdout: '' });
    expect(absent.stderr).toContain('arbitrex topology apply --suffix c');
  });
});

describe('a worker of a variant', () => {
  test('refuses other settings than those of the workers that are there, and joins under the same', async () => {
    const main = await Installation.open(MAIN);
    const variant = await main.openVariant('b', CHANGED);
    const worker = await variant.startWorker();
    await worker.caughtUp();

    const { message, hint } = await refusal(variant.startWorker('all', { features: { norm_window: 30 } }));
    expect(message).toBe(`Group ${variant.topology.stageSets.all.groupId} has members under other settings, or of another kind`);
    expect(hint).toContain('another suffix');

    const second = await variant.startWorker();
    await second.caughtUp();
    await second.stop();
    await worker.stop();
    const third = await variant.startWorker('all', { features: { norm_window: 30 } });
    await third.caughtUp();
  });

  test('refuses symbols that are not those of the main pipeline, and names what makes its topics', async () => {
    const main = await Installation.open(MAIN);
    const variant = await main.openVariant('b', CHANGED);
    const { message } = await refusal(variant.startWorker('all', { symbols: ['EURUSD', 'EURGBP', 'GBPUSD'] }));
    expect(message).toBe(
      'the variant b cannot work beside the main pipeline: symbols: partition 0: want EURUSD, the main pipeline has EURGBP',
    );

    await variant.admin.deleteTopics([variant.topic('clean-ohlcv')]);
    const absent = await refusal(variant.startWorker());
    expect(absent.message).toBe(`Kafka has no topic ${variant.topic('clean-ohlcv')}`);
    expect(absent.hint).toBe('run `arbitrex topology apply --suffix b --settings FILE`');
  });

  test('stops at the halts of the main pipeline, and goes on when they end', async () => {
    const main = await Installation.open(MAIN);
    const variant = await main.openVariant('b', CHANGED);
    const { topology, connection, registry } = main;
    const killSwitch = await KillSwitch.open({ topology, connection, registry, log: silentLog });
    try {
      const worker = await variant.startWorker();
      await worker.caughtUp();
      await killSwitch.halt(['*'], BY_TEST);
      await until('the variant stands still', async () => worker.stats().halted === worker.stats().tasks);
      await main.send(...input(main));
      await killSwitch.resume(['*'], BY_TEST);
      await worker.caughtUp();
      expect(worker.stats().halted).toBe(0);
      expect((await variant.cleanBars()).length).toBeGreaterThan(0);
    } finally {
      await killSwitch.close();
    }
  });

  test('takes no part in the limits that halt a symbol by themselves', async () => {
    const main = await Installation.open({
      ...MAIN,
      halts: { max_dead_letter_share: 0.1, dead_letter_min_records: 1, dead_letter_window: 10 },
    });
    const variant = await main.openVariant('b', CHANGED);
    await main.send(...Array.from({ length: 20 }, () => ({ symbol: 'EURUSD', value: Buffer.from('no tick'), timestamp: START })));
    const worker = await variant.startWorker();
    await worker.caughtUp();
    expect(await variant.deadLetters()).toHaveLength(20);
    expect(worker.stats().halted).toBe(0);

    const mains = await main.startWorker();
    await until('the main pipeline halts the symbol', async () => mains.stats().halted === 1);
    await until('and the variant follows', async () => worker.stats().halted === 1);
  });
});
