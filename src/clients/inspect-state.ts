import type { Topology } from '../../topology/fx.ts';
import { nearest } from '../../topology/nearest.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import type { Settings } from '../../topology/settings.ts';
import type { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import type { Log } from '../log.ts';
import { ChangelogReader } from '../worker/changelog-reader.ts';
import { type InspectedInputTask, type InspectedPart, type StateInspection, StateInspector } from '../worker/state-inspector.ts';
import { FeatureConsumer } from './feature-consumer.ts';

export type {
  InspectedInputTask,
  InspectedJoinTask,
  InspectedStore,
  Outlook,
  StateInspection,
} from '../worker/state-inspector.ts';

/** What an inspection works on. */
export interface InspectStateOptions {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly log: Log;
  /** A symbol, or a join as `universe/timeframe`; null: everything. */
  readonly target: string | null;
}

const LIMITS = { maxBytes: 8 * 1024 * 1024, maxBytesPerPartition: 1024 * 1024 };

/**
 * What the changelogs hold, read from the cluster, and what a worker that starts under these settings would do with it. Takes part in no
 * group and changes nothing. Throws UserError where the target is none of the settings, or topics are absent.
 */
export async function inspectState(options: InspectStateOptions): Promise<StateInspection> {
  const { settings, topology, connection, registry, log, target } = options;
  const { symbol, part } = partOf(topology, target);
  const consumer = new FeatureConsumer({ topology, connection, registry, log });
  const admin = await KafkaAdmin.connect(connection, log);
  const changelogs = new ChangelogReader(connection, log, LIMITS);
  try {
    const inspector = new StateInspector({
      settings,
      topology,
      admin,
      schemas: registry,
      readChangelog: (topic, partition, onRecord) => changelogs.read(topic, partition, onRecord),
      hasMatrix: async ({ universe, timeframe }) => (await consumer.last('features-tier2', `${universe.name}/${timeframe}`)) !== null,
    });
    const found = await inspector.inspect(part);
    return symbol === null ? found : { ...found, inputs: found.inputs.map((input) => ofSymbol(input, symbol)) };
  } finally {
    await changelogs.close();
    await admin.close();
  }
}

/** The tasks that are meant, and the symbol, where one is. */
function partOf({ partitioning, joins, topics }: Topology, target: string | null): { symbol: string | null; part: InspectedPart } {
  if (target === null) return { symbol: null, part: { partitions: [...Array(topics.ticks.partitions).keys()], joins } };
  const meant = joins.filter(({ universe, timeframe }) => `${universe.name}/${timeframe}` === target);
  if (meant.length > 0) return { symbol: null, part: { partitions: [], joins: meant } };
  const partition = new PartitionTable(partitioning, murmur2Partition).partitionOf(target);
  if (partition !== null) return { symbol: target, part: { partitions: [partition], joins: [] } };
  const known = [...partitioning.symbols, ...joins.map(({ universe, timeframe }) => `${universe.name}/${timeframe}`)];
  const near = nearest(target, known);
  throw new UserError(`the settings have no symbol and no universe/timeframe ${target}`, {
    hint: near === null ? `for example ${known.slice(-3).join(', ')}` : `did you mean ${near}?`,
    exitCode: 2,
  });
}

/** Of a partition that several symbols share, the one. */
function ofSymbol(input: InspectedInputTask, symbol: string): InspectedInputTask {
  const isMeant = (one: { readonly symbol: string }): boolean => one.symbol === symbol;
  return { ...input, symbols: input.symbols.filter(isMeant), series: input.series.filter(isMeant) };
}
