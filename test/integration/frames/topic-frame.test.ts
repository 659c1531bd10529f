import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { toMatrix } from '../../../src/clients/read-matrix.ts';
import { readCsvFrame } from '../../../src/frames/csv-frame.ts';
import { type ReplayFrames, replayFrames } from '../../../src/frames/replay-frames.ts';
import { topicFrame } from '../../../src/frames/topic-frame.ts';
import { runCli } from '../../unit/cli/run-cli.ts';
import { temporaryFolder } from '../../unit/csv/support.ts';
import { parityOf } from '../../unit/frames/support.ts';
import { describeWithDanfo } from '../../with-danfo.ts';
import { readGoldenInput, sendTicks } from '../worker/golden-input.ts';
import { type CleanUp, Installation } from '../worker/installation.ts';

const endings: (() => Promise<void>)[] = [];
const atTheEnd: CleanUp = (end) => void endings.unshift(end);
const folder = temporaryFolder();

/** Gaps, outliers, repeats, late ticks, wrong clocks, a symbol that stops and one that never comes: worked off on Kafka. */
describeWithDanfo('frames of topics', () => {
  let installation: Installation;
  let consumer: FeatureConsumer;
  let replayed: ReplayFrames;

  beforeAll(async () => {
    const { golden, ticks, file } = await readGoldenInput('synth_adversarial');
    installation = await Installation.open(file, atTheEnd);
    await sendTicks(installation, ticks);
    await installation.runToEnd();
    consumer = new FeatureConsumer(installation);
    replayed = await replayFrames(golden.inputPath, { input: 'ticks', domain: installation.settings.domain });
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  it.each(['clean-ohlcv', 'features-tier1'] as const)(
    '%s is the frame that the same ticks give in this process, to the bit',
    async (topic) => {
      const expected = topic === 'clean-ohlcv' ? replayed.bars : replayed.tier1;
      const at = expected.columns.indexOf('timeframe');
      for (const timeframe of ['1m', '5m']) {
        const frame = await topicFrame(consumer, { topic, timeframe });
        expect(frame.columns).toEqual(expected.columns);
        expect(frame.dtypes).toEqual(expected.dtypes);
        expect(frame.values).toEqual((expected.values as unknown[][]).filter((row) => row[at] === timeframe));
        expect(frame.shape[0]).toBeGreaterThan(200);
      }
    },
  );

  it('the correlation of the frame’s own columns over a window is the streamed matrix of that version, of every version', async () => {
    const matrices = [];
    for await (const { value } of consumer.read('features-tier2')) matrices.push(toMatrix(value));
    let correlations = 0;
    for (const timeframe of ['1m', '5m']) {
      const tier1 = await topicFrame(consumer, { topic: 'features-tier1', timeframe });
      const own = matrices.filter((matrix) => matrix.timeframe === timeframe);
      const parity = parityOf(tier1, own, installation.settings.domain.matrices.minObs);
      expect(parity.differences.slice(0, 5)).toEqual([]);
      correlations += parity.correlations;
    }
    expect(matrices).toHaveLength(297 + 57 + 299 + 59);
    expect(correlations).toBeGreaterThan(matrices.length);
  });

  it('a window’s rows alone, read as a range, give that version too', async () => {
    const streams = [];
    for await (const { value } of consumer.read('features-tier2'))
      if (value.universe === 'usd4' && value.timeframe === '1m') streams.push(value);
    const matrix = toMatrix(streams.at(-1)!);
    const { symbols, windowStart: from, windowEnd: to } = matrix;
    const tier1 = await topicFrame(consumer, { topic: 'features-tier1', timeframe: '1m', symbols, from, to });
    expect(new Set(tier1.column('symbol').values)).toEqual(new Set(symbols));
    expect(new Set(tier1.column('timestamp_utc').values).size).toBe(matrix.window);
    const { differences, correlations } = parityOf(tier1, [matrix], installation.settings.domain.matrices.minObs);
    expect(differences).toEqual([]);
    expect(correlations).toBe(symbols.length ** 2);
  });

  it('what `arbitrex consume --format csv` prints reads as the same frame', async () => {
    const { stdout, code } = runCli(['consume', 'features-tier1', '--timeframe', '5m', '--symbol', 'EURUSD', '--format', 'csv'], {
      files: { 'arbitrex.yaml': JSON.stringify(installation.file) },
      env: { KAFKA_BROKERS: installation.connection.brokers.join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') },
    });
    expect(code).toBe(0);
    const printed = await readCsvFrame(folder.write('export.csv', stdout));
    const frame = await topicFrame(consumer, { topic: 'features-tier1', timeframe: '5m', symbols: ['EURUSD'] });
    expect([printed.columns, printed.dtypes]).toEqual([frame.columns, frame.dtypes]);
    expect(printed.values).toEqual(frame.values);
    expect(frame.shape[0]).toBeGreaterThan(50);
  });
});
