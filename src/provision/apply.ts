import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { type ActualCluster, planChanges, type Step } from '../../topology/plan.ts';
import type { Topic } from '../../topology/topics.ts';
import { RegistryOutage } from '../codec/errors.ts';
import type { Registry } from '../codec/registry.ts';
import { throughOutage } from '../codec/through-outage.ts';
import { UserError } from '../errors.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import { readNewestValues } from '../kafka/compacted.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import type { Log } from '../log.ts';
import { readPartitionRule, writePartitionRule } from '../ops/partition-rule.ts';
import { planSchemas, type SchemaStep } from './schema-plan.ts';

/** What provisioning works with; the caller closes them. */
export interface ProvisionTools {
  readonly connection: KafkaConnection;
  readonly admin: KafkaAdmin;
  readonly registry: Registry;
  readonly log: Log;
}

/** What an apply would do, in order. With a conflict it would do nothing. */
export interface ApplyPlan {
  readonly steps: readonly (SchemaStep | Step)[];
  readonly conflicts: readonly string[];
}

/** Copies of a partition where the settings leave it open and the cluster has as many brokers. */
const DEFAULT_REPLICATION_FACTOR = 3;
/** How long an outage of the registry may last in the middle of an apply, ms. */
const OUTAGE_LIMIT_MS = 30_000;

/**
 * Compares cluster and registry with the topology; changes nothing. Schemas come first: no topic without a subject for its values.
 * Topics named in `without` count as absent: what would be to do once they were deleted.
 */
export async function planApply(topology: Topology, tools: ProvisionTools, without: readonly string[] = []): Promise<ApplyPlan> {
  const [schemas, cluster] = await Promise.all([planSchemas(topology, tools.registry), readCluster(topology, tools)]);
  const left = new Map([...cluster.topics].filter(([name]) => !without.includes(name)));
  const topics = planChanges(topology, { ...cluster, topics: left });
  return { steps: [...schemas.steps, ...topics.steps], conflicts: [...schemas.conflicts, ...topics.conflicts] };
}

/**
 * Makes cluster and registry as the topology wants them and returns the steps it took: none where all was so already.
 * `onStep` is called before each. Throws UserError with every difference where there is a conflict; nothing is changed then.
 * Cut off in the middle, a second run goes on.
 */
export async function applyTopology(
  topology: Topology,
  tools: ProvisionTools,
  onStep: (step: SchemaStep | Step) => void = () => {},
): Promise<readonly (SchemaStep | Step)[]> {
  const { steps, conflicts } = await planApply(topology, tools);
  if (conflicts.length > 0) throw conflictError(topology, conflicts);
  for (const step of steps) {
    onStep(step);
    await perform(step, topology, tools);
  }
  return steps;
}

/** The refusal that names every conflict. */
export function conflictError({ suffix }: Topology, conflicts: readonly string[]): UserError {
  const intro = conflicts.length === 1 ? '' : `${conflicts.length} differences:\n`;
  if (suffix !== null) {
    return new UserError(`the variant ${suffix} cannot stand beside the main pipeline: ${intro}${conflicts.join('\n')}`, {
      hint: 'a variant has the symbols, shared_partitions and size of ticks of the main pipeline; all else may differ',
    });
  }
  return new UserError(
    `the cluster is not as the settings want it, and changing it would lose or mix up data: ${intro}${conflicts.join('\n')}`,
    {
      hint: 'change the settings back, or give this installation its own topics.prefix',
    },
  );
}

async function readCluster(topology: Topology, { connection, admin, log }: ProvisionTools): Promise<ActualCluster> {
  const topics = await admin.describeTopics(Object.values(topology.topics).map(({ name }) => name));
  const control = topology.topics.control.name;
  const rule = topics.has(control) ? await readPartitionRule(connection, control, log) : null;
  const listedBefore = new Set(rule?.symbols);
  const added = rule === null ? [] : topology.partitioning.symbols.filter((symbol) => !listedBefore.has(symbol));
  const changelog = topology.topics['clean-changelog'].name;
  // Where a symbol is, is not a variant's to change.
  if (topology.suffix !== null) return { topics, rule, tickedOnShared: [] };
  if (rule === null || rule.sharedPartitions === 0 || added.length === 0 || !topics.has(changelog))
    return { topics, rule, tickedOnShared: [] };

  // The clean stage writes its state for every symbol it has seen a tick of, on the partition of that symbol.
  const before = new PartitionTable(rule, murmur2Partition);
  const tickedOnShared: string[] = [];
  for (const [partition, symbols] of Map.groupBy(added, (symbol) => before.partitionOf(symbol))) {
    if (partition === null) continue;
    const state = await readNewestValues(connection, changelog, partition, log);
    tickedOnShared.push(...symbols.filter((symbol) => state.has(symbol)));
  }
  return { topics, rule, tickedOnShared };
}

/** Changes the registry; one that has answered and then does not, because it has just started, say, is asked again for a while. */
async function onRegistry(log: Log, change: () => Promise<void>): Promise<void> {
  const limit = AbortSignal.timeout(OUTAGE_LIMIT_MS);
  let lastOutage: RegistryOutage | null = null;
  const isDone = await throughOutage(
    () => change().then(() => true),
    limit,
    (outage, retryInMs) => {
      lastOutage = outage;
      log.warn({ retryInMs, error: outage.message }, 'the registry does not answer');
    },
  );
  if (isDone !== true) throw lastOutage ?? new RegistryOutage(`the registry has not answered for ${OUTAGE_LIMIT_MS / 1_000} s`);
}

async function perform(step: SchemaStep | Step, topology: Topology, tools: ProvisionTools): Promise<void> {
  const { connection, admin, registry, log } = tools;
  switch (step.kind) {
    case 'compatibility':
      return onRegistry(log, () => registry.setCompatibility(step.topic.subject, step.topic.compatibility));
    case 'register':
      return onRegistry(log, async () => void (await registry.register(step.topic.subject, step.schema)));
    case 'create':
      return createTopic(step.topic, admin);
    case 'grow':
      return admin.growPartitions(step.topic.name, step.topic.partitions);
    case 'alter':
      return admin.alterConfigs(step.topic.name, step.configs);
    case 'record':
      return writePartitionRule(connection, topology.topics.control.name, step.rule, log);
  }
}

async function createTopic({ name, partitions, replicationFactor, configs }: Topic, admin: KafkaAdmin): Promise<void> {
  const copies = replicationFactor ?? Math.min(DEFAULT_REPLICATION_FACTOR, await admin.brokerCount());
  await admin.createTopics([{ name, partitions, replicationFactor: copies, configs }]);
}
