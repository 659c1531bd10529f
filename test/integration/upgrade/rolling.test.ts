import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { schemaIdOf } from '../../../src/codec/wire.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { silentLog } from '../../../src/log.ts';
import { planApply } from '../../../src/provision/apply.ts';
import { FORWARDED_FROM } from '../../../src/worker/tick-task.ts';
import type { Outputs } from '../../golden/outputs.ts';
import { tickAt } from '../../unit/domain/support.ts';
import {
  drive,
  lineDifferences,
  type OutputLines,
  readGoldenInput,
  rowsByPosition,
  versions,
  withoutDuplicates,
  writtenLines,
  writtenOutputs,
} from '../worker/golden-input.ts';
import { Installation } from '../worker/installation.ts';
import { outgoing } from '../worker/outgoing-ticks.ts';
import { Fleet, statsOf, warningsOf } from './fleet.ts';
import { NEW_TICK_FIELDS, NextVersion, TICK_DEFAULTS } from './next-version.ts';
import { type Stretch, Upgrade } from './upgrade.ts';

const UPGRADES: [order: string, Stretch[]][] = [
  [
    'workers first',
    [
      { workers: ['old', 'old'], producers: ['old'] },
      { workers: ['new', 'old'], producers: ['old'] },
      { workers: ['new', 'old'], producers: ['old', 'new'] },
      { workers: ['new', 'new'], producers: ['new', 'old', 'new'] },
    ],
  ],
  [
    'producers first',
    [
      { workers: ['old', 'old'], producers: ['old'] },
      { workers: ['old', 'old'], producers: ['old', 'new'] },
      { workers: ['new', 'old'], producers: ['new', 'old', 'new'] },
      { workers: ['new', 'new'], producers: ['new'] },
    ],
  ],
];

/**
 * Universes of the symbols that send until the end, and a grace beyond all of it: ticks come while workers work, and no matrix may go out
 * without a symbol because the others were quicker.
 */
const MATRICES = {
  universes: [
    { name: 'usd4', symbols: ['AUDUSD', 'EURUSD', 'GBPUSD', 'NZDUSD'] },
    { name: 'seven', symbols: ['AUDUSD', 'EURUSD', 'GBPUSD', 'IDRXAU', 'NZDUSD', 'SHIBUSD', 'XAUIDR'] },
  ],
  join_grace: 1_000,
};
/** The symbol that is looked at closely. */
const SYMBOL = 'AUDUSD';
/** Listed beside the symbols of the input, and in no universe: for a tick on a partition that is not its own. */
const STRAY = 'ZZZUSD';

let next: NextVersion;
beforeAll(() => {
  next = new NextVersion();
});
afterAll(() => next.remove());

describe.concurrent('an upgrade of workers and producers, one after the other', () => {
  test.for(UPGRADES)(
    '%s, and back: no good tick is refused, no task fails, and the numbers are those of one build',
    async ([, stretches], { onTestFinished }) => {
      const { golden, ticks, file } = await readGoldenInput('synth_adversarial');
      const symbols = [...(file.symbols as string[]), STRAY];
      const installation = await Installation.open({ ...file, ...MATRICES, symbols }, onTestFinished);
      const fleet = new Fleet(installation);
      onTestFinished(() => fleet.close());
      const upgrade = new Upgrade(installation, fleet, next, ticks);

      // A share of the input is left for the way back.
      const share = Math.floor(ticks.length / (stretches.length + 1));
      for (const stretch of stretches) await upgrade.go(stretch, share);
      await upgrade.stop();
      const { sent, stats } = upgrade;
      expect(sent).toHaveLength(stretches.length * share);
      // Every tick was taken once, some by each worker: nothing was made again.
      expect(stats.map(({ taken }) => taken)).not.toContain(0);
      expect(stats.reduce((sum, { taken }) => sum + taken, 0)).toBe(sent.length);

      await upgrade.send(ticks.length - sent.length, ['new']);
      const stray = await upgrade.record('new', tickAt(ticks[0]!.eventTime, 1, { symbol: STRAY }));
      await installation.send({ ...stray, partition: installation.partitionOf(SYMBOL) });
      await upgrade.runToEnd('old');

      expect(upgrade.workers.flatMap(warningsOf)).toEqual([]);
      expect(stats.map(({ failures }) => failures)).toEqual(stats.map(() => 0));

      // The numbers, to the bit, whichever build wrote them and under whichever schema.
      expect(lineDifferences(await linesOfOldReader(installation), drive(installation, ticks))).toEqual([]);
      expect([...versions(await installation.matrices())].filter(([, of]) => of.length > 0)).toHaveLength(4);

      // What a stage passes on keeps its bytes: those it refused, at once or after it had held them, and the one it sent on.
      const newTick = await upgrade.tickSchemaId('new');
      const refused = (await writtenOutputs(installation, ticks)).rejected;
      expect(inOrder(refused)).toEqual(inOrder(withoutDuplicates(golden).outputs.rejected));
      const rowAt = rowsByPosition(installation, ticks);
      const letters = (await installation.deadLetters()).map(({ record }) => record);
      for (const { partition, offset, value } of letters) expect(value).toEqual(sent[rowAt.get(`${partition}@${offset}`)! - 1]);
      const ofNewTicks = letters.filter(({ value }) => schemaIdOf(value) === newTick).map(({ reason }) => reason);
      expect(ofNewTicks).toEqual(expect.arrayContaining(['CROSSED', 'FUTURE', 'LATE']));
      const forwarded = (await installation.records('ticks')).filter(({ partition }) => partition === installation.partitionOf(STRAY));
      expect(forwarded.map(({ value }) => value)).toEqual([stray.value]);
      expect(forwarded[0]!.headers.map(({ key }) => key)).toContain(FORWARDED_FROM);

      // Consumers of both builds read what both have written.
      const { registry, topology, connection, admin } = installation;
      const newTier1 = await registry.register(topology.topics['features-tier1'].subject, next.tier1);
      const rows = (await installation.records('features-tier1')).filter(({ key }) => String(key) === SYMBOL);
      const isNew = rows.map(({ value }) => schemaIdOf(value) === newTier1);
      expect(new Set(isNew).size).toBe(2);
      const newRows = await fleet.consume(next.root, 'features-tier1', '--symbol', SYMBOL);
      const sizes = newRows.map(({ log_return_1: value }, i) => (isNew[i] && value !== null ? Math.abs(value as number) : null));
      expect(newRows.map(({ abs_log_return_1 }) => abs_log_return_1)).toEqual(sizes);
      const oldRows = [];
      for await (const { value } of new FeatureConsumer(installation).read('features-tier1', { symbols: [SYMBOL] }))
        oldRows.push(JSON.parse(JSON.stringify(value)));
      expect(oldRows).toEqual(newRows.map(({ abs_log_return_1, ...row }) => row));
      const ofSymbol = sent.filter((_, i) => ticks[i]!.symbol === SYMBOL);
      const consumed = await fleet.consume(next.root, 'ticks', '--symbol', SYMBOL);
      expect(consumed.map(({ venue, condition }) => ({ venue, condition }))).toEqual(
        ofSymbol.map((value) => (schemaIdOf(value) === newTick ? NEW_TICK_FIELDS : TICK_DEFAULTS)),
      );

      // The old build finds nothing to change where the registry is ahead of it.
      expect(await planApply(topology, { connection, admin, registry, log: silentLog })).toEqual({ steps: [], conflicts: [] });
    },
  );
});

test('tier 1 of one build feeds the join of the other, both ways', async ({ onTestFinished }) => {
  const { ticks, file } = await readGoldenInput('ecb_daily_fx_spread');
  const installation = await Installation.open(file, onTestFinished);
  const fleet = new Fleet(installation);
  onTestFinished(() => fleet.close());
  const half = Math.floor(ticks.length / 2);
  const send = (part: readonly Tick[]) => installation.send(...part.map((tick) => outgoing(installation.tickSchemaId, tick)));

  await send(ticks.slice(0, half));
  await installation.runToEnd('clean');
  await statsOf(fleet.start(next.root, { stages: 'tier1', untilEnd: true }));
  await installation.runToEnd('tier2');
  await send(ticks.slice(half));
  await installation.runToEnd('clean');
  await installation.runToEnd('tier1');
  await statsOf(fleet.start(next.root, { stages: 'tier2', untilEnd: true }));

  expect(new Set((await installation.records('features-tier1')).map(({ value }) => schemaIdOf(value))).size).toBe(2);
  expect(lineDifferences(await linesOfOldReader(installation), drive(installation, ticks))).toEqual([]);
});

/** Refusals by row and timeframe. */
function inOrder(refused: Outputs['rejected']): string[] {
  return refused.map(({ row, reason, timeframes }) => `${row} ${reason} ${[...timeframes].sort().join(' ')}`).sort();
}

/** What lies in the output topics, tier-1 records as the old build reads them and would have written them. */
async function linesOfOldReader(installation: Installation): Promise<OutputLines> {
  const { registry, topology } = installation;
  const schemaId = await registry.register(topology.topics['features-tier1'].subject, schemas['features-tier1']);
  const byPartition = Map.groupBy(await installation.featureRows(), ({ partition }) => String(partition));
  const tier1 = new Map<string, string[]>();
  for (const [partition, rows] of byPartition) {
    const lines = rows.map(({ key, timestamp, record }) => {
      return `${key} ${timestamp} ${encodeRecord('features-tier1', schemaId, record).toString('base64')}`;
    });
    tier1.set(partition, lines);
  }
  return { ...(await writtenLines(installation)), tier1 };
}
