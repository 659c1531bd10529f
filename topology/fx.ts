import type { PartitionRule } from './partition-table.ts';
import type { Settings } from './settings.ts';
import { buildTopics, type JoinSlot, joinSlots, type Topic, type TopicRole } from './topics.ts';
import { checkSuffix, type Suffix, withSuffix } from './variant.ts';

export type StageName = 'clean' | 'tier1' | 'join';

/** One step of the pipeline: a pure function from (state, record) to outputs. */
export interface Stage {
  readonly name: StageName;
  readonly about: string;
  readonly input: TopicRole;
  readonly outputs: readonly TopicRole[];
  /** The changelog that its state is restored from. */
  readonly store: TopicRole;
}

/** Stages that run in one group of workers. */
export const STAGE_SETS = ['all', 'clean', 'tier1', 'tier2'] as const;
export type StageSetName = (typeof STAGE_SETS)[number];

/** A stage set as Kafka sees it. */
export interface StageSet {
  readonly name: StageSetName;
  readonly stages: readonly StageName[];
  /** Consumer group. */
  readonly groupId: string;
  /** Topics whose partitions the group hands out, one task a partition; a join task is handed out as its partition of join-changelog. */
  readonly assigned: readonly TopicRole[];
  /** Beginning of every transactional id of the set. */
  readonly transactionalIdPrefix: string;
}

/** All there is to know of an installation, as a frozen value: creating topics, running tasks and drawing the picture read it. */
export interface Topology {
  /** Of a variant; null: this is the main pipeline. */
  readonly suffix: Suffix;
  readonly topics: Readonly<Record<TopicRole, Topic>>;
  readonly stages: readonly Stage[];
  readonly stageSets: Readonly<Record<StageSetName, StageSet>>;
  readonly joins: readonly JoinSlot[];
  readonly partitioning: PartitionRule;
}

const STAGES: readonly Stage[] = [
  {
    name: 'clean',
    about: 'checks ticks, drops repeats, builds bars',
    input: 'ticks',
    // A tick found outside its symbol's partition goes back to ticks.
    outputs: ['clean-ohlcv', 'dead-letters', 'ticks'],
    store: 'clean-changelog',
  },
  { name: 'tier1', about: 'computes features of every bar', input: 'clean-ohlcv', outputs: ['features-tier1'], store: 'tier1-changelog' },
  {
    name: 'join',
    about: 'aligns a universe by event time, correlates it',
    input: 'features-tier1',
    outputs: ['features-tier2'],
    store: 'join-changelog',
  },
];

const STAGES_OF_SET: Readonly<Record<StageSetName, { stages: readonly StageName[]; assigned: readonly TopicRole[] }>> = {
  all: { stages: ['clean', 'tier1', 'join'], assigned: ['ticks', 'join-changelog'] },
  clean: { stages: ['clean'], assigned: ['ticks'] },
  tier1: { stages: ['tier1'], assigned: ['clean-ohlcv'] },
  tier2: { stages: ['join'], assigned: ['join-changelog'] },
};

/** The topology that these settings describe: the main pipeline's, or a variant's. Throws UserError where a suffix is none. */
export function buildTopology(settings: Settings, suffix: Suffix = null): Topology {
  if (suffix !== null) checkSuffix(suffix);
  const topics = buildTopics(settings, suffix);
  const sets = STAGE_SETS.map((name): [StageSetName, StageSet] => {
    // The prefix keeps installations apart that share a cluster.
    const id = withSuffix(`${settings.topics.prefix}${settings.runtime.applicationId}-${name}`, suffix);
    return [name, { name, groupId: id, transactionalIdPrefix: id, ...STAGES_OF_SET[name] }];
  });
  return deepFreeze({
    suffix,
    topics,
    // A variant leaves ticks as they are: moving misrouted ones is the main pipeline's to do.
    stages: STAGES.map((stage) => ({ ...stage, outputs: stage.outputs.filter((role) => !topics[role].isBorrowed) })),
    stageSets: Object.fromEntries(sets) as Record<StageSetName, StageSet>,
    joins: joinSlots(settings),
    partitioning: { sharedPartitions: settings.sharedPartitions, symbols: [...settings.symbols] },
  });
}

/** The other sets that run a stage of this one: a worker refuses to start while one of them has members. */
export function overlappingSets(set: StageSetName): StageSetName[] {
  const stages = STAGES_OF_SET[set].stages;
  return STAGE_SETS.filter((other) => other !== set && STAGES_OF_SET[other].stages.some((stage) => stages.includes(stage)));
}

/** The transactional id of the task on one partition: whoever holds it is the only one who can commit that task's work. */
export function transactionalId(set: StageSet, assigned: TopicRole, partition: number): string {
  return `${set.transactionalIdPrefix}-${assigned}-${partition}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
