import { assign, type MemberClaim } from '../../../src/kafka/sticky-assignor.ts';
import type { TopicPartition } from '../../../src/kafka/topic-partition.ts';
import type { SimProcess } from './schedule.ts';

interface Seat {
  readonly process: SimProcess;
  readonly topics: readonly string[];
  /** What it owned as it rejoined; null while it has not heard of the rebalance under way. */
  claim: Omit<MemberClaim, 'memberId'> | null;
}

/** The coordinator's side of a consumer group: a rebalance waits until every member has rejoined, and then deals out with the real assignor. */
export class SimGroup {
  generation = 0;
  readonly #partitionsOf: (topic: string) => number;
  readonly #seats = new Map<string, Seat>();
  #isRebalancing = false;
  #assignment = new Map<string, TopicPartition[]>();
  #lastMember = 0;

  constructor(partitionsOf: (topic: string) => number) {
    this.#partitionsOf = partitionsOf;
  }

  newMemberId(process: SimProcess): string {
    return `${process.name}-${this.#lastMember++}`;
  }

  get members(): string[] {
    return [...this.#seats.keys()];
  }

  has(memberId: string): boolean {
    return this.#seats.has(memberId);
  }

  /** True where the member has an assignment that holds. */
  isSettled(memberId: string): boolean {
    return this.has(memberId) && !this.#isRebalancing;
  }

  /** True where the member waits for others to rejoin. */
  isWaiting(memberId: string): boolean {
    return this.#isRebalancing && (this.#seats.get(memberId)?.claim ?? null) !== null;
  }

  /** Joins or rejoins; the others have to rejoin as well. */
  join(memberId: string, seat: Seat): void {
    this.#begin();
    this.#seats.set(memberId, seat);
    this.#deal();
  }

  /** Leaves by itself, or is taken for dead. */
  remove(memberId: string): void {
    if (!this.#seats.delete(memberId)) return;
    this.#begin();
    this.#deal();
  }

  /** Takes those for dead that give no sign of life. */
  expelSilent(): boolean {
    const silent = [...this.#seats].filter(([, { process }]) => process.isDead || process.isFrozen);
    for (const [memberId] of silent) this.remove(memberId);
    return silent.length > 0;
  }

  assignmentOf(memberId: string): readonly TopicPartition[] {
    return this.#assignment.get(memberId) ?? [];
  }

  #begin(): void {
    if (this.#isRebalancing) return;
    this.#isRebalancing = true;
    for (const seat of this.#seats.values()) seat.claim = null;
  }

  #deal(): void {
    const seats = [...this.#seats];
    if (seats.some(([, { claim }]) => claim === null)) return;
    const topics = new Map(seats.flatMap(([, seat]) => seat.topics).map((topic) => [topic, this.#partitionsOf(topic)]));
    this.#assignment = assign({ members: seats.map(([memberId, { claim }]) => ({ memberId, ...claim! })), topics });
    this.#isRebalancing = false;
    this.generation++;
  }
}
