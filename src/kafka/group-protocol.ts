import { AssignerProtocol } from 'kafkajs';
import type { MemberClaim } from './sticky-assignor.ts';
import type { TopicPartition } from './topic-partition.ts';

/** The name our members' way of assigning goes by: a consumer with another cannot join the group. */
const ASSIGNOR_NAME = 'arbitrex-sticky';

/**
 * What a member names its protocol: the broker keeps members with different names out of one group, which makes it refuse whoever does not
 * share the agreement of those who are there, at the very moment they join.
 */
export function protocolName(agreement: string | undefined): string {
  return agreement === undefined ? ASSIGNOR_NAME : `${ASSIGNOR_NAME}/${agreement}`;
}

/** Of the layouts of Kafka's consumer protocol: the plain ones, which every tool reads. */
const METADATA_VERSION = 0;
const ASSIGNMENT_VERSION = 0;

/** What a member sends when it joins: its topics, and in the user data (JSON) what it owns since which generation. */
export function encodeClaim(topics: readonly string[], { generation, owned }: Omit<MemberClaim, 'memberId'>): Buffer {
  const userData = Buffer.from(JSON.stringify({ generation, owned: byTopic(owned) }));
  return AssignerProtocol.MemberMetadata.encode({ version: METADATA_VERSION, topics: [...topics], userData });
}

/** The leader's reading of it. A member whose user data says nothing sensible owns nothing. */
export function decodeClaim(memberId: string, metadata: Buffer): MemberClaim {
  const userData = AssignerProtocol.MemberMetadata.decode(metadata)?.userData ?? Buffer.alloc(0);
  try {
    const { generation, owned } = JSON.parse(userData.toString('utf8')) as { generation: number; owned: Record<string, number[]> };
    return { memberId, generation: Number(generation), owned: listOf(owned) };
  } catch {
    return { memberId, generation: -1, owned: [] };
  }
}

/** What the leader sends for one member. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return AssignerProtocol.MemberAssignment.encode({
    version: ASSIGNMENT_VERSION,
    assignment: byTopic(partitions),
    userData: Buffer.alloc(0),
  });
}

/** What a member is given. */
export function decodeAssignment(assignment: Buffer): TopicPartition[] {
  return listOf(AssignerProtocol.MemberAssignment.decode(assignment)?.assignment ?? {});
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  return Object.fromEntries([...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => [topic, of.map((p) => p.partition)]));
}

function listOf(partitionsByTopic: Readonly<Record<string, readonly number[]>>): TopicPartition[] {
  return Object.entries(partitionsByTopic).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}
