import type { Universe } from '../src/domain/settings.ts';
import type { Timeframe } from '../src/domain/timeframe.ts';
import { symbolPartitions } from './partition-table.ts';
import type { Settings } from './settings.ts';
import { type Suffix, withSuffix } from './variant.ts';

/** What a topic is for: its name without the prefix. */
export const TOPIC_ROLES = [
  'ticks',
  'clean-ohlcv',
  'features-tier1',
  'features-tier2',
  'dead-letters',
  'control',
  'clean-changelog',
  'tier1-changelog',
  'join-changelog',
] as const;
export type TopicRole = (typeof TOPIC_ROLES)[number];

/** What a variant has in common with the main pipeline: the input, and what people decided. */
const COMMON: ReadonlySet<TopicRole> = new Set(['ticks', 'control']);

/** `data`: kept for its retention, read by anyone. `state`: compacted, the newest record of a key counts. */
export type TopicKind = 'data' | 'state';

/** What a subject's new versions are checked against, in the registry's words. */
export type Compatibility = 'FULL_TRANSITIVE' | 'BACKWARD';

/** One topic as it is wanted. */
export interface Topic {
  readonly role: TopicRole;
  /** As Kafka knows it: with the prefix, and of a variant with its suffix. */
  readonly name: string;
  /** True for the topics of the main pipeline that a variant works with: it neither makes nor changes them. */
  readonly isBorrowed: boolean;
  readonly about: string;
  readonly kind: TopicKind;
  readonly partitions: number;
  /** True where more partitions than wanted do no harm: the surplus ones stay empty. */
  readonly surplusAllowed: boolean;
  /** Copies of every partition; null: 3, or as many as there are brokers. */
  readonly replicationFactor: number | null;
  /** What its keys are, for people. */
  readonly key: string;
  /** Subject of the registry that its values are written with. */
  readonly subject: string;
  /** The file in schemas/. */
  readonly schemaFile: string;
  /** Full name of the Avro record in it. */
  readonly record: string;
  readonly compatibility: Compatibility;
  /** Topic settings in Kafka's names. */
  readonly configs: Readonly<Record<string, string>>;
}

/** One partition of join-changelog: the join of one universe and timeframe. */
export interface JoinSlot {
  readonly partition: number;
  readonly universe: Universe;
  readonly timeframe: Timeframe;
}

/** Room that a record of ours may need beyond the tick it carries: a dead letter's reason and source, a held tick's state. */
const ENVELOPE_BYTES = 64 * 1024;
/**
 * For limits that must never be reached. Among them `segment.ms`: a segment is rolled by record time, ours are stamped with event time, and a
 * record a week later than its segment's first would begin another one, each with open files and mapped memory on the broker.
 */
const LONG_MAX = '9223372036854775807';
/** Small segments keep what a restore reads small: the newest segment of a compacted topic is never compacted. */
const STATE_SEGMENT_BYTES = 8 * 1024 * 1024;

interface Shape {
  readonly kind: TopicKind;
  readonly partitions: 'symbols' | 'joins' | number;
  readonly key: string;
  readonly schemaFile: string;
  readonly record: string;
  readonly maxMessageBytes: number;
  readonly about: string;
}

function shapes({ topics }: Settings): Record<TopicRole, Shape> {
  const tick = topics.maxMessageBytes;
  const withEnvelope = tick + ENVELOPE_BYTES;
  return {
    ticks: shape('data', 'symbols', 'symbol', 'tick.avsc', 'Tick', tick, 'Quotes as they come in.'),
    'clean-ohlcv': shape('data', 'symbols', 'symbol', 'clean-ohlcv.avsc', 'CleanOhlcv', tick, 'Bars on the grid, with flags.'),
    'features-tier1': shape('data', 'symbols', 'symbol', 'features-tier1.avsc', 'Tier1Features', tick, 'One feature record for every bar.'),
    'features-tier2': shape(
      'data',
      topics.tier2Partitions,
      'universe/timeframe',
      'features-tier2.avsc',
      'CorrelationMatrix',
      topics.tier2MaxMessageBytes,
      'Versioned correlation matrices.',
    ),
    'dead-letters': shape(
      'data',
      1,
      'the key of the original',
      'dead-letter.avsc',
      'DeadLetter',
      withEnvelope,
      'Rejected ticks with their bytes, source position and reason.',
    ),
    control: shape('state', 1, '* or symbol', 'control.avsc', 'ControlState', withEnvelope, 'Halts, and the partition table in force.'),
    'clean-changelog': shape('state', 'symbols', 'symbol', 'clean-state.avsc', 'CleanState', withEnvelope, 'State of the clean stage.'),
    'tier1-changelog': shape(
      'state',
      'symbols',
      'symbol/timeframe/row',
      'tier1-state.avsc',
      'Tier1State',
      withEnvelope,
      'State of the tier-1 stage.',
    ),
    'join-changelog': shape(
      'state',
      'joins',
      'universe/timeframe/row',
      'join-state.avsc',
      'JoinState',
      withEnvelope,
      'State of the join; one partition a universe and timeframe.',
    ),
  };
}

function shape(
  kind: TopicKind,
  partitions: Shape['partitions'],
  key: string,
  schemaFile: string,
  record: string,
  maxMessageBytes: number,
  about: string,
): Shape {
  return { kind, partitions, key, schemaFile, record, maxMessageBytes, about };
}

/** The joins in partition order: universes x timeframes, both in the settings' order. */
export function joinSlots({ domain }: Pick<Settings, 'domain'>): readonly JoinSlot[] {
  return domain.matrices.universes
    .flatMap(({ name, symbols }) => domain.bars.timeframes.map((timeframe) => ({ universe: { name, symbols: [...symbols] }, timeframe })))
    .map((slot, partition) => ({ partition, ...slot }));
}

/** Every topic that these settings ask for, in the order of TOPIC_ROLES; of the variant with that suffix, where one is given. */
export function buildTopics(settings: Settings, suffix: Suffix = null): Readonly<Record<TopicRole, Topic>> {
  const all = shapes(settings);
  return Object.fromEntries(TOPIC_ROLES.map((role) => [role, topicOf(role, all[role], settings, suffix)])) as Record<TopicRole, Topic>;
}

function topicOf(role: TopicRole, from: Shape, settings: Settings, suffix: Suffix): Topic {
  const isBorrowed = suffix !== null && COMMON.has(role);
  const name = `${settings.topics.prefix}${isBorrowed ? role : withSuffix(role, suffix)}`;
  return {
    role,
    name,
    isBorrowed,
    about: from.about,
    kind: from.kind,
    partitions: partitionCount(from.partitions, settings),
    surplusAllowed: from.partitions === 'joins',
    replicationFactor: settings.topics.replicationFactor,
    key: from.key,
    subject: `${name}-value`,
    schemaFile: from.schemaFile,
    record: `arbitrex.${from.record}`,
    compatibility: from.kind === 'data' ? 'FULL_TRANSITIVE' : 'BACKWARD',
    configs: {
      ...(from.kind === 'data' ? dataConfigs(settings.topics.retentionMs) : stateConfigs(from.maxMessageBytes)),
      'max.message.bytes': String(from.maxMessageBytes),
      // Records are stamped with event time, which may lie years ago or ahead: a broker's default deletes the one and refuses the other.
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.before.max.ms': LONG_MAX,
      'message.timestamp.after.max.ms': LONG_MAX,
    },
  };
}

function partitionCount(partitions: Shape['partitions'], settings: Settings): number {
  if (partitions === 'symbols') return symbolPartitions(settings);
  // Kafka has no topic without partitions: without a universe one stays empty.
  if (partitions === 'joins') return Math.max(1, joinSlots(settings).length);
  return partitions;
}

function dataConfigs(retentionMs: number): Record<string, string> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMs),
    'retention.bytes': '-1',
    // What is deleted by time must be rolled by time; what is kept for ever need not.
    ...(retentionMs === -1 ? { 'segment.ms': LONG_MAX } : {}),
  };
}

function stateConfigs(maxMessageBytes: number): Record<string, string> {
  return {
    'cleanup.policy': 'compact',
    // A record must fit into a segment.
    'segment.bytes': String(Math.max(STATE_SEGMENT_BYTES, 2 * maxMessageBytes)),
    'segment.ms': LONG_MAX,
    'min.cleanable.dirty.ratio': '0.2',
  };
}
