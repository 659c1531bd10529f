/**
 * How many partitions of each topic each member gets: `shares[member][topic]`, where `owned` has the same shape and `counts` one entry per topic.
 * A member's total and its share of each topic differ by at most 1 between members; among all such shares it is one that takes the fewest owned
 * partitions away.
 *
 * Every member gets ⌊count / members⌋ of each topic; what is left over (`extras`) is dealt out one by one, at most one per topic and member, evenly in
 * total. Whoever owns more than the floor of a topic keeps one more partition by an extra there, so the extras should meet such owners: an assignment
 * problem, solved exactly by augmenting paths (the flow from topics to members, of least cost).
 */
export function evenShares(owned: readonly (readonly number[])[], counts: readonly number[]): number[][] {
  const memberCount = owned.length;
  const floors = counts.map((count) => Math.floor(count / memberCount));
  const extras = new Extras(
    counts.map((count) => count % memberCount),
    owned.map((ofMember) => ofMember.map((count, topic) => count > floors[topic]!)),
  );
  return owned.map((ofMember, member) => ofMember.map((_, topic) => floors[topic]! + (extras.has(topic, member) ? 1 : 0)));
}

/** More than all that keeping partitions can bring together: an even total comes first. */
const UNEVEN_COST = 1_000_000;

/** Which member gets an extra of which topic. */
class Extras {
  readonly #wanted: readonly (readonly boolean[])[];
  readonly #given: boolean[][];
  readonly #totals: number[];

  constructor(extraCounts: readonly number[], wanted: readonly (readonly boolean[])[]) {
    this.#wanted = wanted;
    this.#given = extraCounts.map(() => wanted.map(() => false));
    this.#totals = wanted.map(() => 0);
    for (const [topic, count] of extraCounts.entries()) for (let i = 0; i < count; i++) this.#deal(topic);
  }

  has(topic: number, member: number): boolean {
    return this.#given[topic]![member]!;
  }

  /**
   * Gives one more extra of `topic`: along the cheapest chain "this member takes it, and hands an extra of another topic on to that member, …". Ending
   * at a member costs by how many extras it holds already (evenness); an extra costs 1 less where it is wanted.
   */
  #deal(topic: number): void {
    const topicCosts = this.#given.map((_, other) => (other === topic ? 0 : Number.POSITIVE_INFINITY));
    const memberCosts = this.#totals.map(() => Number.POSITIVE_INFINITY);
    const takenFrom = this.#totals.map(() => -1);
    const handedBy = this.#given.map(() => -1);
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false;
      for (const [from, given] of this.#given.entries()) {
        for (const [member, isGiven] of given.entries()) {
          const cost = this.#wanted[member]![from] ? -1 : 0;
          if (!isGiven && topicCosts[from]! + cost < memberCosts[member]!) {
            memberCosts[member] = topicCosts[from]! + cost;
            takenFrom[member] = from;
            hasChanged = true;
          } else if (isGiven && memberCosts[member]! - cost < topicCosts[from]!) {
            topicCosts[from] = memberCosts[member]! - cost;
            handedBy[from] = member;
            hasChanged = true;
          }
        }
      }
    }
    let last = 0;
    const endCost = (member: number) => memberCosts[member]! + this.#totals[member]! * UNEVEN_COST;
    for (const member of memberCosts.keys()) if (endCost(member) < endCost(last)) last = member;
    this.#totals[last]! += 1;
    for (let member = last; member >= 0; ) {
      const from = takenFrom[member]!;
      this.#given[from]![member] = true;
      member = from === topic ? -1 : handedBy[from]!;
      if (member >= 0) this.#given[from]![member] = false;
    }
  }
}
