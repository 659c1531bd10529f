import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type ConsumableTopic,
  type Consumed,
  FeatureConsumer,
  type ReadOptions,
  type RecordOf,
} from '../../../src/clients/feature-consumer.ts';
import { readMatrix } from '../../../src/clients/read-matrix.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { runCli } from '../../unit/cli/run-cli.ts';
import { type CleanUp, Installation } from '../worker/installation.ts';

const SYMBOLS = ['EURUSD', 'GBPUSD', 'EURGBP'];
const SETTINGS = { timeframes: ['1m', '5m', '1H'], symbols: SYMBOLS, universes: [{ name: 'three', symbols: SYMBOLS }], window: 60 };
const VERSIONS = 2_000;
const END = Date.UTC(2026, 0, 5);

/** Reads as a consumer does and counts what came. */
class CountingConsumer extends FeatureConsumer {
  records = 0;

  override async *read<Topic extends ConsumableTopic>(topic: Topic, options?: ReadOptions): AsyncGenerator<Consumed<RecordOf<Topic>>> {
    for await (const record of super.read(topic, options)) {
      this.records++;
      yield record;
    }
  }
}

function matrix(timeframe: '5m' | '1H', version: number): CorrelationMatrix {
  return {
    universe: 'three',
    timeframe,
    version,
    supersedes: null,
    windowStart: END - 3_600_000,
    windowEnd: END + version * 60_000,
    window: 60,
    symbols: SYMBOLS,
    rho: Float64Array.of(1, 0.9, Number.NaN, 1, -0.5, 1),
    nObs: Int32Array.of(60, 60, 2, 60, 60, 60),
    std: Float64Array.of(1e-4, 1e-4, 1e-4),
    completeness: 'complete',
    missing: [],
    meanAbsRho: 0.7,
    maxAbsRho: 0.9,
    dispersion: 0.99,
    strongPairs: [{ a: 'EURUSD', b: 'GBPUSD', rho: 0.9 }],
  };
}

const endings: (() => Promise<void>)[] = [];
const atTheEnd: CleanUp = (end) => void endings.unshift(end);
afterAll(async () => {
  for (const end of endings) await end();
});

let installation: Installation;

/** No matrix of 1m, many of 5m, and as many of 1H between them. */
beforeAll(async () => {
  installation = await Installation.open(SETTINGS, atTheEnd);
  const producer = await IdempotentProducer.open(installation.connection, silentLog);
  const messages = Array.from({ length: VERSIONS }, (_, i) =>
    (['5m', '1H'] as const).map((timeframe) => ({
      partition: 0,
      key: `three/${timeframe}`,
      value: installation.codec.matrix(matrix(timeframe, i + 1)),
      timestamp: END + i * 60_000,
    })),
  ).flat();
  await producer.send([{ topic: installation.topic('features-tier2'), messages }]);
  await producer.close();
});

describe('a matrix', () => {
  it.each([1, 2, 1_700, VERSIONS - 1, VERSIONS])('is found by its version: %i', async (version) => {
    const record = await readMatrix(new FeatureConsumer(installation), { universe: 'three', timeframe: '5m', version });
    expect(record).toMatchObject({ timeframe: '5m', version });
  });

  it('is the newest where no version is named', async () => {
    const record = await readMatrix(new FeatureConsumer(installation), { universe: 'three', timeframe: '1H', version: null });
    expect(record).toMatchObject({ timeframe: '1H', version: VERSIONS });
  });

  it('that is not there is null', async () => {
    const consumer = new FeatureConsumer(installation);
    expect(await readMatrix(consumer, { universe: 'three', timeframe: '5m', version: VERSIONS + 1 })).toBeNull();
    expect(await readMatrix(consumer, { universe: 'three', timeframe: '1m', version: null })).toBeNull();
  });

  it('is looked for from the end: a recent version costs little of a long topic', async () => {
    const consumer = new CountingConsumer(installation);
    await readMatrix(consumer, { universe: 'three', timeframe: '5m', version: VERSIONS - 20 });
    expect(consumer.records).toBeGreaterThan(0);
    expect(consumer.records).toBeLessThanOrEqual(256);
  });
});

describe('arbitrex matrix', () => {
  const arbitrex = (...args: string[]) =>
    runCli(['matrix', ...args], {
      files: { 'arbitrex.yaml': JSON.stringify(installation.file) },
      env: { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') },
    });

  it('prints the first timeframe that has one', () => {
    const { code, stdout } = arbitrex();
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 5)).toEqual([
      `three/5m version ${VERSIONS}: 2026-01-04T23:00Z to 2026-01-06T09:20Z, complete`,
      '',
      '       URUSD BPUSD',
      'GBPUSD  0.90',
      'EURGBP     · -0.50',
    ]);
    expect(stdout).toContain('  EURUSD GBPUSD      0.9000  60 returns\n');
  });

  it('says what there is none of, and how to get one', () => {
    expect(arbitrex('--timeframe', '1m')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there is no matrix of three/1m\nhint: '),
    });
  });
});
