import { evenShares } from './even-shares.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** What a member says of itself when it joins. */
export interface MemberClaim {
  memberId: string;
  /** The generation in which it was given what it owns; -1 if it owns nothing. */
  generation: number;
  owned: readonly TopicPartition[];
}

/**
 * Places every partition of `topics` (name → partition count) on one member. Balanced: members differ by at most 1 in total, and by at most 1 in each
 * topic, which may mean work of another kind. Sticky: no more partitions change hands than that balance needs. Of two who claim a partition, the one of
 * the higher generation owned it later; then the lower member id decides. The same for any order of the input; empty where there are no members.
 */
export function assign(group: { members: readonly MemberClaim[]; topics: ReadonlyMap<string, number> }): Map<string, TopicPartition[]> {
  const members = [...group.members].sort((a, b) => compare(a.memberId, b.memberId));
  const topics = [...group.topics].sort(([a], [b]) => compare(a, b));
  if (members.length === 0) return new Map();
  const owners = ownersOf(members);
  const owned = members.map(() => topics.map((): number[] => []));
  const free = topics.map((): number[] => []);
  for (const [t, [topic, count]] of topics.entries()) {
    for (let partition = 0; partition < count; partition++) {
      const owner = owners.get(partitionKey({ topic, partition }));
      (owner === undefined ? free[t]! : owned[owner]![t]!).push(partition);
    }
  }
  const shares = evenShares(
    owned.map((ofMember) => ofMember.map((partitions) => partitions.length)),
    topics.map(([, count]) => count),
  );
  for (const [m, ofMember] of owned.entries()) {
    for (const [t, partitions] of ofMember.entries()) free[t]!.push(...partitions.splice(shares[m]![t]!));
  }
  for (const partitions of free) partitions.sort((a, b) => a - b);
  const assignment = new Map<string, TopicPartition[]>();
  for (const [m, { memberId }] of members.entries()) {
    const mine = topics.flatMap(([topic], t) => {
      const kept = owned[m]![t]!;
      const partitions = [...kept, ...free[t]!.splice(0, shares[m]![t]! - kept.length)].sort((a, b) => a - b);
      return partitions.map((partition) => ({ topic, partition }));
    });
    assignment.set(memberId, mine);
  }
  return assignment;
}

/** The index of the member that owns each claimed partition, by partitionKey. `members` are in order of their ids. */
function ownersOf(members: readonly MemberClaim[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const [m, { owned, generation }] of members.entries()) {
    for (const claimed of owned) {
      const key = partitionKey(claimed);
      const rival = owners.get(key);
      if (rival === undefined || generation > members[rival]!.generation) owners.set(key, m);
    }
  }
  return owners;
}

/** By code unit: the same everywhere, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
