import type { Topology } from './fx.ts';
import { type PartitionRule, symbolPartitions } from './partition-table.ts';
import { TOPIC_ROLES, type Topic } from './topics.ts';
import { applyCommand } from './variant.ts';

/** One topic as the cluster has it. */
export interface ActualTopic {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Effective values in Kafka's names. */
  readonly configs: Readonly<Record<string, string>>;
}

/** What a cluster has of a topology. */
export interface ActualCluster {
  /** By full name; absent topics are left out. */
  readonly topics: ReadonlyMap<string, ActualTopic>;
  /** The partition rule it was laid out by; null: not recorded. */
  readonly rule: PartitionRule | null;
  /** Symbols that are to be listed now and have state on a shared partition. */
  readonly tickedOnShared: readonly string[];
}

/** One change, in words and as data. `record` writes the partition rule down. */
export type Step =
  | { readonly kind: 'create'; readonly topic: Topic; readonly text: string }
  | { readonly kind: 'grow'; readonly topic: Topic; readonly text: string }
  | { readonly kind: 'alter'; readonly topic: Topic; readonly configs: Readonly<Record<string, string>>; readonly text: string }
  | { readonly kind: 'record'; readonly rule: PartitionRule; readonly text: string };

/** How to get from what is there to what is wanted. With a conflict nothing may be done at all. */
export interface Plan {
  /** In the order to do them. */
  readonly steps: readonly Step[];
  /** Differences that no change can bridge without losing or mixing up data, each as `topic ticks: partitions: want 28, is 30`. */
  readonly conflicts: readonly string[];
}

/** Settings whose change would delete data or give the records already there another meaning. */
const FIXED_CONFIGS = new Set(['cleanup.policy', 'message.timestamp.type']);

/**
 * Compares the topology with a cluster.
 * The rule is recorded before `ticks` is made or grown, and `ticks` comes last: once a producer can use a partition, all behind it is there.
 */
export function planChanges(topology: Topology, actual: ActualCluster): Plan {
  const topics = [...TOPIC_ROLES.filter((role) => role !== 'ticks'), 'ticks' as const].map((role) => topology.topics[role]);
  if (topology.suffix !== null) return planVariant(topology, topics, actual);
  const compared = topics.map((topic) => compare(topic, actual.topics.get(topic.name)));
  const ticks = compared.at(-1)!;
  return {
    steps: [...compared.slice(0, -1).flatMap(({ steps }) => steps), ...recordSteps(topology.partitioning, actual.rule), ...ticks.steps],
    conflicts: [...ruleConflicts(topology, actual), ...compared.flatMap(({ conflicts }) => conflicts)],
  };
}

/** A variant makes its own topics, and only looks whether the main pipeline's are laid out as its settings say. */
function planVariant({ partitioning, topics: { ticks } }: Topology, topics: readonly Topic[], actual: ActualCluster): Plan {
  const compared = topics.filter(({ isBorrowed }) => !isBorrowed).map((topic) => compare(topic, actual.topics.get(topic.name)));
  const absent = topics.filter(({ isBorrowed, name }) => isBorrowed && !actual.topics.has(name)).map(({ name }) => name);
  const foundation =
    absent.length > 0
      ? [`there is no topic ${absent.join(', ')}, which the main pipeline makes: run \`${applyCommand(null)}\` with its settings first`]
      : [...layoutConflicts(partitioning, actual.rule), ...limitConflicts(ticks, actual.topics.get(ticks.name)!)];
  return { steps: compared.flatMap(({ steps }) => steps), conflicts: [...foundation, ...compared.flatMap(({ conflicts }) => conflicts)] };
}

/** Where a variant would look for a symbol elsewhere than the main pipeline puts it; empty where they agree. */
export function layoutConflicts(want: PartitionRule, is: PartitionRule | null): string[] {
  if (is === null) return [`the main pipeline has not recorded its symbols: run \`${applyCommand(null)}\` with its settings first`];
  if (is.sharedPartitions !== want.sharedPartitions) {
    return [`shared_partitions: want ${want.sharedPartitions}, the main pipeline has ${is.sharedPartitions}`];
  }
  const count = Math.max(want.symbols.length, is.symbols.length);
  const other = Array.from({ length: count }, (_, i) => i).find((i) => want.symbols[i] !== is.symbols[i]);
  if (other === undefined) return [];
  const partition = is.sharedPartitions + other;
  return [`symbols: partition ${partition}: want ${want.symbols[other] ?? 'none'}, the main pipeline has ${is.symbols[other] ?? 'none'}`];
}

/** A tick that the main pipeline takes must fit into the variant's state and dead letters. */
function limitConflicts(topic: Topic, is: ActualTopic): string[] {
  const name = 'max.message.bytes';
  const takes = Number(is.configs[name]);
  return takes > Number(topic.configs[name]) ? [difference(topic, name, `${topic.configs[name]} or less`, takes)] : [];
}

function compare(topic: Topic, is: ActualTopic | undefined): Plan {
  if (is === undefined) {
    const text = `create topic ${topic.name} with ${topic.partitions} ${topic.partitions === 1 ? 'partition' : 'partitions'}`;
    return { steps: [{ kind: 'create', topic, text }], conflicts: [] };
  }
  const steps: Step[] = [];
  const conflicts: string[] = [];
  const differ = (what: string, want: unknown, has: unknown) => conflicts.push(difference(topic, what, want, has));
  const wrong = Object.entries(topic.configs).filter(([name, value]) => is.configs[name] !== value);
  for (const [name, value] of wrong.filter(([name]) => FIXED_CONFIGS.has(name))) differ(name, value, is.configs[name]);
  const alterable = wrong.filter(([name]) => !FIXED_CONFIGS.has(name));
  if (alterable.length > 0) {
    const changes = alterable.map(([name, value]) => `${name}: ${is.configs[name] ?? 'unset'} -> ${value}`).join(', ');
    steps.push({ kind: 'alter', topic, configs: Object.fromEntries(alterable), text: `alter topic ${topic.name}: ${changes}` });
  }
  if (topic.replicationFactor !== null && topic.replicationFactor !== is.replicationFactor) {
    differ('replication factor', topic.replicationFactor, is.replicationFactor);
  }
  if (topic.partitions < is.partitions && !topic.surplusAllowed) differ('partitions', topic.partitions, is.partitions);
  if (topic.partitions > is.partitions) {
    steps.push({ kind: 'grow', topic, text: `grow topic ${topic.name} from ${is.partitions} to ${topic.partitions} partitions` });
  }
  return { steps, conflicts };
}

function difference(topic: Topic, what: string, want: unknown, is: unknown): string {
  return `topic ${topic.name}: ${what}: want ${want}, is ${is ?? 'unset'}`;
}

function recordSteps(want: PartitionRule, is: PartitionRule | null): Step[] {
  if (is !== null && is.sharedPartitions === want.sharedPartitions && sameList(is.symbols, want.symbols)) return [];
  const appended = is !== null && sameList(is.symbols, want.symbols.slice(0, is.symbols.length));
  const text = appended
    ? `record new symbols: ${want.symbols.slice(is.symbols.length).join(', ')}`
    : `record the partition table: ${want.symbols.length} symbols, ${want.sharedPartitions} shared partitions`;
  return [{ kind: 'record', rule: want, text }];
}

function ruleConflicts({ partitioning: want, topics: wanted }: Topology, { rule, topics, tickedOnShared }: ActualCluster): string[] {
  const control = wanted.control.name;
  // Where only the record is left, nothing is laid out by it any more.
  if (rule === null || [...topics.keys()].every((name) => name === control)) return [];
  if (rule.sharedPartitions !== want.sharedPartitions) {
    return [`shared_partitions: want ${want.sharedPartitions}, is ${rule.sharedPartitions}: it is fixed once the topics exist`];
  }
  const moved = rule.symbols.findIndex((symbol, i) => want.symbols[i] !== symbol);
  if (moved !== -1) {
    const partition = symbolPartitions({ sharedPartitions: rule.sharedPartitions, symbols: rule.symbols.slice(0, moved) });
    return [
      `symbols: partition ${partition}: want ${want.symbols[moved] ?? 'none'}, is ${rule.symbols[moved]}: the list may only grow at its end`,
    ];
  }
  return tickedOnShared.map((symbol) => `symbols: ${symbol} has state on a shared partition already: it cannot get a partition of its own`);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
