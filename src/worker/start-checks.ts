import { overlappingSets, type StageSet, type Topology } from '../../topology/fx.ts';
import { largestMatrixBytes } from '../../topology/matrix-size.ts';
import { layoutConflicts } from '../../topology/plan.ts';
import { TOPIC_ROLES, type Topic, type TopicRole } from '../../topology/topics.ts';
import { applyCommand } from '../../topology/variant.ts';
import { type SchemaName, schemas } from '../codec/generated/records.ts';
import type { Registry } from '../codec/registry.ts';
import type { MatrixSettings } from '../domain/settings.ts';
import { UserError } from '../errors.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import type { Log } from '../log.ts';
import { readPartitionRule } from '../ops/partition-rule.ts';
import type { SchemaIds } from './output-codec.ts';

/** Throws a UserError where a topic of the topology is absent, has fewer partitions than the settings ask for, or would refuse a matrix. */
export async function checkTopics(topology: Topology, { universes, window }: MatrixSettings, admin: KafkaAdmin): Promise<void> {
  const topics = Object.values(topology.topics);
  const actual = await admin.describeTopics(topics.map(({ name }) => name));
  const absent = topics.filter(({ name }) => !actual.has(name));
  if (absent.length > 0) {
    throw new UserError(`Kafka has no topic ${absent.map(({ name }) => name).join(', ')}`, { hint: applyHint(topology, absent) });
  }
  for (const topic of topics) {
    const { name, partitions } = topic;
    const has = actual.get(name)!.partitions;
    if (has < partitions)
      throw new UserError(`topic ${name} has ${has} partitions, the settings ask for ${partitions}`, {
        hint: applyHint(topology, [topic]),
      });
  }
  const { name } = topology.topics['features-tier2'];
  const takes = Number(actual.get(name)!.configs['max.message.bytes']);
  const needs = largestMatrixBytes(universes, window);
  if (takes < needs) {
    throw new UserError(`topic ${name} takes records of ${takes} bytes, a matrix of the settings may have ${needs}`, {
      hint: applyHint(topology, [topology.topics['features-tier2']]),
    });
  }
}

/** Throws a UserError where a variant would look for symbols elsewhere than the main pipeline puts them: it would pass their ticks over. */
export async function checkLayout(topology: Topology, connection: KafkaConnection, log: Log): Promise<void> {
  if (topology.suffix === null) return;
  const conflicts = layoutConflicts(topology.partitioning, await readPartitionRule(connection, topology.topics.control.name, log));
  if (conflicts.length === 0) return;
  throw new UserError(`the variant ${topology.suffix} cannot work beside the main pipeline: ${conflicts.join('; ')}`, {
    hint: 'give it the symbols and shared_partitions of the main pipeline',
  });
}

/** What makes the topics as they should be: a variant's own and those it borrows are made by different commands. */
function applyHint({ suffix }: Topology, topics: readonly Topic[]): string {
  const isBorrowed = topics.some((topic) => topic.isBorrowed);
  return `run \`${applyCommand(isBorrowed ? null : suffix)}\`${isBorrowed ? ' with the settings of the main pipeline' : ''}`;
}

/**
 * Throws a UserError where another stage set owns one of the stages of `set`: it has members, or has worked (two sets at work would write
 * every output twice).
 */
export async function checkExclusive(topology: Topology, set: StageSet, admin: KafkaAdmin): Promise<void> {
  for (const name of overlappingSets(set.name)) {
    const other = topology.stageSets[name];
    const members = await admin.groupMembers(other.groupId);
    if (members.length > 0) {
      throw new UserError(
        `stage set ${name} is running (group ${other.groupId}, ${members.length} members) and shares stages with ${set.name}`,
        {
          hint: `stop those workers, or run the stages that they leave free`,
        },
      );
    }
    if (await hasPositions(topology, other, admin)) {
      throw new UserError(`stage set ${name} has worked on these topics (group ${other.groupId}) and shares stages with ${set.name}`, {
        hint: `go on with --stages ${name}, or run \`arbitrex reset\` for a full replay under ${set.name}`,
      });
    }
  }
}

/** True where the group of a stage set has worked on its input. */
export async function hasPositions(topology: Topology, set: StageSet, admin: Pick<KafkaAdmin, 'committedOffsets'>): Promise<boolean> {
  for (const role of set.assigned) {
    const offsets = await admin.committedOffsets(set.groupId, topology.topics[role].name);
    if (offsets.some((offset) => offset !== null)) return true;
  }
  return false;
}

/** The ids of our schemas; each is registered where the registry does not have it yet, and refused with a UserError where it may not be. */
export async function registerSchemas(topology: Topology, registry: Registry): Promise<SchemaIds> {
  const ids = await Promise.all(
    TOPIC_ROLES.map(async (role: TopicRole): Promise<[SchemaName, number]> => {
      const { subject, schemaFile } = topology.topics[role];
      const name = schemaFile.replace(/\.avsc$/, '') as SchemaName;
      return [name, await registry.register(subject, schemas[name])];
    }),
  );
  return Object.fromEntries(ids) as SchemaIds;
}
