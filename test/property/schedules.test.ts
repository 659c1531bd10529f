import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CorrelationMatrix } from '../../src/codec/generated/records.ts';
import type { Tick } from '../../src/domain/tick.ts';
import { KafkaAdmin } from '../../src/kafka/admin.ts';
import { murmur2Partition } from '../../src/kafka/partitioner.ts';
import { TransactionalProducer } from '../../src/kafka/transactional-producer.ts';
import type { StageSetName } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { parseSettings, type Settings } from '../../topology/settings.ts';
import { domainSettings } from '../unit/runtime/support.ts';
import { tickRecord } from '../unit/worker/support.ts';
import { seeds, uniform } from './hostile.ts';
import { hostileSettings, hostileTicks } from './hostile-ticks.ts';
import { SimAdmin, SimTransactionalProducer } from './simulation/clients.ts';
import { committed, driven, matricesOf, type SentTick } from './simulation/outputs.ts';
import { currentProcess, type Schedule, simulatedInterval, simulatedNow, simulatedSleep } from './simulation/schedule.ts';
import { World } from './simulation/world.ts';

// The worker is real down to src/kafka, which is the simulated cluster's; its timers are steps of the schedule, and so is its clock.
vi.mock('../../src/kafka/log-reader.ts', async (original) => ({
  ...(await original<object>()),
  LogReader: (await import('./simulation/clients.ts')).SimLogReader,
}));
vi.mock('../../src/kafka/group-member.ts', async (original) => ({
  ...(await original<object>()),
  GroupMember: (await import('./simulation/clients.ts')).SimGroupMember,
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: (_ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) => simulatedSleep(value, signal),
}));

beforeEach(() => {
  vi.spyOn(KafkaAdmin, 'connect').mockImplementation(SimAdmin.connect as unknown as typeof KafkaAdmin.connect);
  vi.spyOn(TransactionalProducer, 'fence').mockImplementation(
    SimTransactionalProducer.fence as unknown as typeof TransactionalProducer.fence,
  );
  const { now } = performance;
  vi.spyOn(performance, 'now').mockImplementation(() => (currentProcess.getStore() === undefined ? now.call(performance) : simulatedNow()));
  vi.stubGlobal('setInterval', simulatedInterval);
  vi.stubGlobal('clearInterval', (interval: ReturnType<typeof simulatedInterval>) => interval.clear());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** `SCHEDULES=1000 npx vitest run test/property/schedules.test.ts` for a long search; `SCHEDULES_SEED` starts it elsewhere. */
const RUNS = Number(process.env.SCHEDULES ?? 6);
const SEED = Number(process.env.SCHEDULES_SEED ?? 20_261_123);
const TIMEOUT_MS = 30_000 + 2_000 * RUNS;
/** The path of a failed run's message: that run alone. */
const REPLAY = process.env.SCHEDULES_PATH === undefined ? {} : { path: process.env.SCHEDULES_PATH };
// A seed has no smaller one: a failing pair of them is reported as it is.
const OPTIONS = { numRuns: RUNS, seed: SEED, endOnFailure: true, ...REPLAY };

/** A to C have a partition each, as has GHOST, which never ticks; D and E share one. */
const LISTED = ['A', 'B', 'C', 'GHOST'];
const SYMBOLS = ['A', 'B', 'C', 'D', 'E'];
const TICKS = 60;
const DISTURBANCES = 25;
/** Parts that a growing log comes in. */
const GROWTHS = 5;

const SETS: readonly (readonly StageSetName[])[] = [['all'], ['clean', 'tier1', 'tier2']];

/** Rules of every kind, and limits small enough to be met. */
function drawnSettings(seed: number): Settings {
  const random = uniform(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const joinGrace = between(0, 3);
  const file = parseSettings(JSON.stringify({ symbols: LISTED, shared_partitions: 1 }), 'simulation');
  const universes = [
    { name: 'all', symbols: [...SYMBOLS, 'GHOST'] },
    { name: 'pair', symbols: ['A', 'D'] },
  ];
  return {
    ...file,
    domain: domainSettings(hostileSettings(seed), { universes, joinGrace }),
    topics: { ...file.topics, tier2Partitions: between(1, 2) },
    runtime: {
      ...file.runtime,
      commitRecords: between(4, 60),
      commitBytes: 1024 * between(4, 40),
      joinMaxPending: Math.max(joinGrace, between(2, 20)),
    },
  };
}

/** Ticks of all symbols by partition; those of symbols that share one by turns. */
function drawnInput(seed: number, settings: Settings): SentTick[][] {
  const random = uniform(seed + 1);
  const paceMs = 10 ** (2 + 4 * random());
  const table = new PartitionTable({ sharedPartitions: settings.sharedPartitions, symbols: settings.symbols }, murmur2Partition);
  const placed = SYMBOLS.flatMap((symbol, i) =>
    hostileTicks(seed + i, TICKS, paceMs).map((tick, at) => ({
      tick: tick.symbol === '' ? tick : ({ ...tick, symbol } satisfies Tick),
      partition: table.partitionOf(symbol)!,
      at: at + random(),
    })),
  );
  const usable = placed.filter(({ tick }) => Number.isFinite(tick.bid)).sort((a, b) => a.at - b.at);
  const input = Array.from({ length: table.partitions }, (): SentTick[] => []);
  for (const { tick, partition } of usable) {
    const of = input[partition]!;
    of.push({ tick, record: tickRecord(of.length, tick) });
  }
  return input;
}

/** The input in parts, in each of which some partitions get nothing: their symbols fall behind the others and come late. */
function inParts(input: readonly SentTick[][], parts: number, schedule: Schedule): SentTick[][][] {
  const sent = input.map(() => 0);
  return Array.from({ length: parts }, (_, part) =>
    input.map((ticks, i) => {
      const from = sent[i]!;
      const isLast = part === parts - 1;
      if (isLast || schedule.chance(0.5)) sent[i] = isLast ? ticks.length : schedule.between(from, ticks.length);
      return ticks.slice(from, sent[i]);
    }),
  );
}

/** What a matrix says whatever came before it. */
function unversioned({ version, supersedes, ...matrix }: CorrelationMatrix): object {
  return matrix;
}

/** What must have happened in the runs of a property, or it shows little. */
const DISTURBING = [
  'worker killed',
  'worker frozen',
  'zombie fenced',
  'transaction aborted by a fence',
  'partitions handed over',
  'answer lost',
];

/** Runs of one property, with all that happened in them. */
async function forAll(
  sets: readonly StageSetName[],
  run: (world: World, settings: Settings, input: SentTick[][]) => Promise<void>,
): Promise<void> {
  const happened = new Set<string>();
  const property = fc.asyncProperty(seeds, seeds, async (seed, scheduleSeed) => {
    const settings = drawnSettings(seed);
    const world = new World(settings, sets, scheduleSeed);
    await run(world, settings, drawnInput(seed, settings));
    for (const what of world.cluster.happenings.keys()) happened.add(what);
  });
  await fc.assert(property, OPTIONS);
  expect([...happened]).toEqual(expect.arrayContaining(DISTURBING));
}

describe.each(SETS.map((sets) => [sets.join(', '), sets] as const))('workers of %s, killed, frozen and started at random', (_, sets) => {
  test(
    'commit what the in-process driver gives for the same log, byte for byte',
    async () => {
      await forAll(sets, async (world, settings, input) => {
        world.send(input);
        await world.disturb(DISTURBANCES);
        await world.finish();
        expect(committed(world.cluster, world.topology)).toEqual(driven(settings, world.topology, input));
      });
    },
    TIMEOUT_MS,
  );

  test(
    'commit the same bars, rows and dead letters for a log that grows meanwhile, and versions without gap or repeat',
    async () => {
      let complete = 0;
      let corrections = 0;
      await forAll(sets, async (world, settings, input) => {
        for (const part of inParts(input, GROWTHS, world.cluster.schedule)) {
          world.send(part);
          await world.disturb(DISTURBANCES / GROWTHS);
          await world.rest();
        }
        await world.finish();
        const { tier2, ...others } = committed(world.cluster, world.topology);
        const expected = driven(settings, world.topology, input);
        expect(others).toEqual({ clean: expected.clean, tier1: expected.tier1, deadLetters: expected.deadLetters });
        for (const [key, lines] of tier2) {
          const matrices = await matricesOf(lines);
          const versionOf = new Map<number, number>();
          for (const [i, { version, supersedes, window_end }] of matrices.entries()) {
            expect([version, supersedes]).toEqual([i + 1, versionOf.get(window_end) ?? null]);
            versionOf.set(window_end, version);
          }
          const replayed = new Map((await matricesOf(expected.tier2.get(key)!)).map((matrix) => [matrix.window_end, matrix]));
          for (const matrix of matrices) {
            if (matrix.supersedes !== null) corrections++;
            if (matrix.completeness !== 'complete') continue;
            complete++;
            expect(unversioned(matrix)).toEqual(unversioned(replayed.get(matrix.window_end)!));
          }
        }
      });
      expect(Math.min(complete, corrections)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
