import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, type MemberClaim } from '../../../src/kafka/sticky-assignor.ts';
import { partitionKey, type TopicPartition } from '../../../src/kafka/topic-partition.ts';

type Assignment = Map<string, TopicPartition[]>;

/** A member that owns partitions of `ticks` since generation 1. */
function member(memberId: string, partitions: number[] = [], generation = 1): MemberClaim {
  return { memberId, generation, owned: partitions.map((partition) => ({ topic: 'ticks', partition })) };
}

/** The same members, each with what `assignment` gave it. */
function rejoin(memberIds: readonly string[], assignment: Assignment): MemberClaim[] {
  return memberIds.map((memberId) => ({ memberId, generation: 1, owned: assignment.get(memberId) ?? [] }));
}

const partitionsOf = (assignment: Assignment, memberId: string) => assignment.get(memberId)!.map(({ partition }) => partition);

describe('one topic', () => {
  test('is dealt out evenly to members that own nothing', () => {
    const assignment = assign({ members: [member('b'), member('a'), member('c')], topics: new Map([['ticks', 7]]) });
    expect(Object.fromEntries([...assignment].map(([id]) => [id, partitionsOf(assignment, id)]))).toEqual({
      a: [0, 1, 2],
      b: [3, 4],
      c: [5, 6],
    });
  });

  test('a newcomer gets its half, and the owner keeps the other', () => {
    const assignment = assign({ members: [member('a', [0, 1, 2, 3]), member('b')], topics: new Map([['ticks', 4]]) });
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1]);
    expect(partitionsOf(assignment, 'b')).toEqual([2, 3]);
  });

  test('what a leaver owned is shared out, and nobody else loses anything', () => {
    const assignment = assign({ members: [member('a', [0, 3]), member('c', [2, 5])], topics: new Map([['ticks', 6]]) });
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1, 3]);
    expect(partitionsOf(assignment, 'c')).toEqual([2, 4, 5]);
  });

  test('new partitions go where there are fewest', () => {
    const assignment = assign({ members: [member('a', [0, 1]), member('b', [2])], topics: new Map([['ticks', 4]]) });
    expect(partitionsOf(assignment, 'b')).toEqual([2, 3]);
  });

  test('of two who claim a partition, the one of the higher generation has it', () => {
    const zombie = member('a', [0, 1], 4);
    const owner = member('b', [0, 1], 5);
    const assignment = assign({ members: [zombie, owner], topics: new Map([['ticks', 2]]) });
    expect(partitionsOf(assignment, 'b')).toEqual([0]);
    expect(partitionsOf(assignment, 'a')).toEqual([1]);
  });

  test('of two of the same generation, the lower member id has it', () => {
    const assignment = assign({ members: [member('b', [0]), member('a', [0])], topics: new Map([['ticks', 1]]) });
    expect(partitionsOf(assignment, 'a')).toEqual([0]);
    expect(partitionsOf(assignment, 'b')).toEqual([]);
  });

  test('claims beyond its partitions or on other topics count for nothing', () => {
    const claims = {
      memberId: 'a',
      generation: 1,
      owned: [
        { topic: 'ticks', partition: 9 },
        { topic: 'gone', partition: 0 },
      ],
    };
    const assignment = assign({ members: [claims], topics: new Map([['ticks', 1]]) });
    expect(assignment.get('a')).toEqual([{ topic: 'ticks', partition: 0 }]);
  });
});

test('an extra of one topic is handed on where that keeps a partition in its place', () => {
  // Both topics leave one partition over. `a` owns both extras; evenness takes one away, and it is the only move.
  const owned = [
    { topic: 'joins', partition: 0 },
    { topic: 'ticks', partition: 0 },
  ];
  const assignment = assign({
    members: [{ memberId: 'a', generation: 1, owned }, member('b')],
    topics: new Map([
      ['ticks', 1],
      ['joins', 1],
    ]),
  });
  expect([...assignment.values()].map((partitions) => partitions.length)).toEqual([1, 1]);
});

test('a group without members is assigned nothing', () => {
  expect(assign({ members: [], topics: new Map([['ticks', 3]]) }).size).toBe(0);
});

/** Up to four topics and seven members with any claims, true or not. */
const groups = fc
  .record({
    counts: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    members: fc.array(fc.record({ generation: fc.integer({ min: -1, max: 3 }), seeds: fc.array(fc.nat(), { maxLength: 12 }) }), {
      minLength: 1,
      maxLength: 7,
    }),
  })
  .map(({ counts, members }) => {
    const topics = new Map(counts.map((count, index) => [`topic-${index}`, count]));
    const all = allPartitions(topics);
    return {
      topics,
      members: members.map(({ generation, seeds }, index): MemberClaim => {
        const chosen = all.length === 0 ? [] : seeds.map((seed) => all[seed % all.length]!);
        const owned = [...new Map(chosen.map((partition) => [partitionKey(partition), partition])).values()];
        return { memberId: `member-${index}`, generation, owned };
      }),
    };
  });

function allPartitions(topics: ReadonlyMap<string, number>): TopicPartition[] {
  return [...topics].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
}

function moved(before: Assignment, after: Assignment, leaverId?: string): number {
  let count = 0;
  for (const [memberId, partitions] of before) {
    if (memberId === leaverId) continue;
    const kept = new Set((after.get(memberId) ?? []).map(partitionKey));
    count += partitions.filter((partition) => !kept.has(partitionKey(partition))).length;
  }
  return count;
}

/** The fewest moves there can be, by trying every balanced way to share the topics out. */
function fewestMoves(owned: number[][], counts: number[]): number {
  const members = owned.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  let best = Number.POSITIVE_INFINITY;
  const tryFrom = (topic: number, totals: number[], moves: number): void => {
    if (moves >= best) return;
    if (topic === counts.length) {
      if (totals.every((sum) => sum === Math.floor(total / members) || sum === Math.ceil(total / members))) best = moves;
      return;
    }
    const floor = Math.floor(counts[topic]! / members);
    for (const withExtra of subsets(members, counts[topic]! % members)) {
      const shares = totals.map((_, m) => floor + (withExtra.has(m) ? 1 : 0));
      const lost = shares.reduce((sum, share, m) => sum + Math.max(0, owned[m]![topic]! - share), 0);
      tryFrom(
        topic + 1,
        totals.map((sum, m) => sum + shares[m]!),
        moves + lost,
      );
    }
  };
  tryFrom(
    0,
    owned.map(() => 0),
    0,
  );
  return best;
}

function subsets(size: number, count: number, from = 0): Set<number>[] {
  if (count === 0) return [new Set()];
  const found: Set<number>[] = [];
  for (let first = from; first <= size - count; first++) {
    for (const rest of subsets(size, count - 1, first + 1)) found.push(rest.add(first));
  }
  return found;
}

describe('whatever is claimed', () => {
  test('every partition goes to exactly one member, and nothing else to any', () => {
    fc.assert(
      fc.property(groups, (group) => {
        const given = [...assign(group).values()].flat().map(partitionKey).sort();
        expect(given).toEqual(allPartitions(group.topics).map(partitionKey).sort());
      }),
    );
  });

  test('members differ by at most one partition, in total and in each topic', () => {
    fc.assert(
      fc.property(groups, (group) => {
        const assignment = [...assign(group).values()];
        const spread = (counts: number[]) => Math.max(...counts) - Math.min(...counts);
        expect(spread(assignment.map((partitions) => partitions.length))).toBeLessThanOrEqual(1);
        for (const topic of group.topics.keys()) {
          expect(spread(assignment.map((partitions) => partitions.filter((p) => p.topic === topic).length))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('the order of members, topics and claims changes nothing', () => {
    fc.assert(
      fc.property(groups, fc.integer(), (group, seed) => {
        const shuffle = <T>(list: readonly T[]) =>
          list
            .map((item, i) => ({ item, at: Math.sin(seed + i) }))
            .sort((a, b) => a.at - b.at)
            .map((x) => x.item);
        const members = shuffle(group.members).map((claim) => ({ ...claim, owned: shuffle(claim.owned) }));
        const sorted = (assignment: Assignment) => [...assignment].sort(([a], [b]) => a.localeCompare(b));
        expect(sorted(assign({ members, topics: new Map(shuffle([...group.topics])) }))).toEqual(sorted(assign(group)));
      }),
    );
  });
});

describe('from any balanced assignment', () => {
  test('the same group again moves nothing', () => {
    fc.assert(
      fc.property(groups, (group) => {
        const before = assign(group);
        expect(assign({ members: rejoin([...before.keys()], before), topics: group.topics })).toEqual(before);
      }),
    );
  });

  test('one who joins or leaves moves as few partitions as any balanced assignment must', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (group, isJoin) => {
        const before = assign(group);
        const ids = [...before.keys()];
        const leaverId = isJoin || ids.length === 1 ? undefined : ids[0];
        const memberIds = leaverId === undefined ? [...ids, 'newcomer'] : ids.slice(1);
        const members = rejoin(memberIds, before);
        const after = assign({ members, topics: group.topics });
        const topics = [...group.topics.keys()];
        const owned = members.map(({ owned: mine }) => topics.map((topic) => mine.filter((p) => p.topic === topic).length));
        expect(moved(before, after, leaverId)).toBe(fewestMoves(owned, [...group.topics.values()]));
      }),
    );
  });
});
