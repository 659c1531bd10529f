import avro from 'avsc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FeatureConsumer } from '../../../src/clients/feature-consumer.ts';
import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { schemaIdOf } from '../../../src/codec/wire.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { silentLog } from '../../../src/log.ts';
import { packageRoot } from '../../../src/paths.ts';
import { planApply } from '../../../src/provision/apply.ts';
import { FORWARDED_FROM } from '../../../src/worker/tick-task.ts';
import type { WorkerStats } from '../../../src/worker/worker-stats.ts';
import type { WorkerProcess } from '../../fault/worker-process.ts';
import { compareOutputs, inLines } from '../../golden/compare.ts';
import { tickAt } from '../../unit/domain/support.ts';
import {
  drive,
  lineDifferences,
  type OutputLines,
  readGoldenInput,
  rowsByPosition,
  withoutDuplicates,
  writtenLines,
  writtenOutputs,
} from '../worker/golden-input.ts';
import { Installation } from '../worker/installation.ts';
import { outgoing, tickBytes } from '../worker/outgoing-ticks.ts';
import { Fleet, statsOf, stop, warningsOf } from './fleet.ts';
import { NextVersion } from './next-version.ts';

/** Today's build, or the next version's. */
type Build = 'old' | 'new';

/** A stretch of time of an upgrade: which builds the two workers are, and those of the producers, who send by turns. */
interface Stretch {
  readonly workers: readonly [Build, Build];
  readonly producers: readonly Build[];
}

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

/** Listed beside the symbols of the input, and in no universe. */
const STRAY = 'ZZZUSD';
/** What the next version's producers put into the fields that are theirs. */
const NEW_TICK_FIELDS = { venue: 'LMAX', condition: 'fast' };
/** What a reader of the next version finds in their place in ticks of today. */
const DEFAULTS = { venue: null, condition: 'regular' };
const SYMBOL = 'AUDUSD';

let next: NextVersion;
beforeAll(() => {
  next = new NextVersion();
});
afterAll(() => next.remove());

/** Folder of a build's package. */
function rootOf(build: Build): string {
  return build === 'old' ? packageRoot : next.root;
}

describe.concurrent('an upgrade of workers and producers, one after the other', () => {
  test.for(UPGRADES)('%s: no tick is refused, no task fails, and the numbers are those of one build', async ([, stretches], context) => {
    const { golden, ticks, file } = await readGoldenInput('synth_adversarial');
    const settings = { ...file, symbols: [...(file.symbols as string[]), STRAY] };
    const installation = await Installation.open(settings, context.onTestFinished);
    const { topology, registry } = installation;
    const fleet = new Fleet(installation);
    context.onTestFinished(() => fleet.close());

    /** Ticks as they were sent, by their place in the input. */
    const sent: Buffer[] = [];
    const send = async (end: number, producers: readonly Build[]): Promise<void> => {
      const part = ticks.slice(sent.length, end);
      const ids = new Map(await Promise.all(producers.map(async (build) => [build, await tickSchemaId(installation, build)] as const)));
      const records = part.map((tick, i) => {
        const build = producers[i % producers.length]!;
        return outgoing(0, tick, { value: tickOf(build, ids.get(build)!, tick) });
      });
      sent.push(...records.map(({ value }) => value!));
      await installation.send(...records);
    };

    const all: WorkerProcess[] = [];
    const start = (build: Build, options: { untilEnd?: boolean } = {}): WorkerProcess => {
      const worker = fleet.start(rootOf(build), options);
      all.push(worker);
      return worker;
    };
    const stats: WorkerStats[] = [];
    const workers: { build: Build; process: WorkerProcess }[] = [];
    const replace = async (builds: readonly Build[]): Promise<void> => {
      for (const [i, build] of builds.entries()) {
        if (workers[i]?.build === build) continue;
        if (workers[i] !== undefined) stats.push(await stop(workers[i].process));
        workers[i] = { build, process: start(build) };
      }
      await fleet.divided(...workers.map(({ process }) => process));
    };

    // A share of the input is left for the way back.
    const share = Math.floor(ticks.length / (stretches.length + 1));
    for (const stretch of stretches) {
      const from = sent.length;
      // Half of it comes while workers are replaced, half when both are at work.
      await Promise.all([send(from + Math.floor(share / 2), stretch.producers), replace(stretch.workers)]);
      await send(from + share, stretch.producers);
      await fleet.caughtUp();
    }
    for (const { process } of workers) stats.push(await stop(process));
    // Every tick was taken once: nothing was made again, by no worker.
    expect(stats.map(({ taken }) => taken)).not.toContain(0);
    expect(stats.reduce((sum, { taken }) => sum + taken, 0)).toBe(sent.length);

    // And back: a worker of the old build goes on from the state of the new one's, with the new one's ticks.
    const id = await tickSchemaId(installation, 'new');
    const back = sent.length;
    await send(ticks.length, ['new']);
    const strayTick = tickAt(ticks[0]!.eventTime, 1, { symbol: STRAY });
    const stray = tickOf('new', id, strayTick);
    await installation.send(outgoing(id, strayTick, { value: stray, partition: installation.partitionOf(SYMBOL) }));
    const last = await statsOf(start('old', { untilEnd: true }));
    expect(last.taken).toBeGreaterThan(ticks.length - back);
    expect(last.taken).toBeLessThanOrEqual(ticks.length - back + 2);

    expect([...stats, last].map(({ failures }) => failures)).toEqual([...stats, last].map(() => 0));
    expect(all.flatMap(warningsOf)).toEqual([]);

    // The numbers, to the bit, whichever build wrote them and under whichever schema.
    expect(lineDifferences(await linesOfOldReader(installation), drive(installation, ticks))).toEqual([]);
    expect(inLines(compareOutputs(withoutDuplicates(golden), await writtenOutputs(installation, ticks)))).toEqual([]);

    // What a stage passes on keeps its bytes: those it refused, those it held and then refused, and the one it sent on.
    const rowAt = rowsByPosition(installation, ticks);
    const letters = (await installation.deadLetters()).map(({ record }) => record);
    for (const { partition, offset, value } of letters) expect(value).toEqual(sent[rowAt.get(`${partition}@${offset}`)! - 1]);
    const ofNewTicks = letters.filter(({ value }) => schemaIdOf(value) === id).map(({ reason }) => reason);
    expect(ofNewTicks).toEqual(expect.arrayContaining(['FUTURE', 'CROSSED', 'LATE']));
    const forwarded = (await installation.records('ticks')).filter(({ partition }) => partition === installation.partitionOf(STRAY));
    expect(forwarded.map(({ value, headers }) => [value, headers.map(({ key }) => key)])).toEqual([[stray, [FORWARDED_FROM]]]);

    // Consumers of both builds read what both have written.
    const rows = (await installation.records('features-tier1')).filter(({ key }) => String(key) === SYMBOL);
    const newId = await registry.register(topology.topics['features-tier1'].subject, next.tier1);
    const isNew = rows.map(({ value }) => schemaIdOf(value) === newId);
    expect(new Set(isNew).size).toBe(2);
    const newRows = await fleet.consume(next.root, 'features-tier1', '--symbol', SYMBOL);
    const sizes = newRows.map(({ log_return_1: value }, i) => (isNew[i] && value !== null ? Math.abs(value as number) : null));
    expect(newRows.map(({ abs_log_return_1 }) => abs_log_return_1)).toEqual(sizes);
    const oldRows = [];
    for await (const { value } of new FeatureConsumer(installation).read('features-tier1', { symbols: [SYMBOL] }))
      oldRows.push({ ...value });
    expect(oldRows).toEqual(newRows.map(({ abs_log_return_1, ...row }) => row));
    const ofSymbol = ticks.flatMap(({ symbol }, i) => (symbol === SYMBOL ? [schemaIdOf(sent[i]!) === id] : []));
    const consumed = await fleet.consume(next.root, 'ticks', '--symbol', SYMBOL);
    expect(consumed.map(({ venue, condition }) => ({ venue, condition }))).toEqual(
      ofSymbol.map((one) => (one ? NEW_TICK_FIELDS : DEFAULTS)),
    );

    // The old build finds nothing to change where the registry is ahead of it.
    const { connection, admin } = installation;
    expect(await planApply(topology, { connection, admin, registry, log: silentLog })).toEqual({ steps: [], conflicts: [] });
  });
});

test('tier 1 of one build feeds the join of the other, and bars too, both ways', async ({ onTestFinished }) => {
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

  const ids = new Set((await installation.records('features-tier1')).map(({ value }) => schemaIdOf(value)));
  expect(ids.size).toBe(2);
  expect(lineDifferences(await linesOfOldReader(installation), drive(installation, ticks))).toEqual([]);
});

/** The id of the tick schema of a build's producers, registered as they do when they start. */
async function tickSchemaId({ registry, topology, tickSchemaId: old }: Installation, build: Build): Promise<number> {
  return build === 'old' ? old : await registry.register(topology.topics.ticks.subject, next.tick);
}

/** A tick as a producer of a build writes it. */
function tickOf(build: Build, schemaId: number, tick: Tick): Buffer {
  const fields = next.tick.fields.slice(schemas.tick.fields.length);
  const added = avro.Type.forSchema({ type: 'record', name: 'Added', fields } as avro.Schema);
  return Buffer.concat([tickBytes(schemaId, tick), ...(build === 'old' ? [] : [added.toBuffer(NEW_TICK_FIELDS)])]);
}

/** What lies in the output topics, tier-1 records as the old build reads them and would have written them. */
async function linesOfOldReader(installation: Installation): Promise<OutputLines> {
  const rows = await installation.featureRows();
  const schemaId = await installation.registry.register(installation.topology.topics['features-tier1'].subject, schemas['features-tier1']);
  const lines = Map.groupBy(rows, ({ partition }) => String(partition));
  const tier1 = new Map(
    [...lines].map(([partition, of]) => [
      partition,
      of.map(({ key, timestamp, record }) => {
        const value = encodeRecord('features-tier1', schemaId, record);
        return `${key} ${timestamp} ${value.toString('base64')}`;
      }),
    ]),
  );
  return { ...(await writtenLines(installation)), tier1 };
}
