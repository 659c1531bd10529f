import type { AssignmentChange } from './group-member-options.ts';
import type { MemberClaim } from './sticky-assignor.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** What one member of a group owns, by what the group told it last. */
export class HeldPartitions {
  #held = new Map<string, TopicPartition>();
  #generation = -1;
  #claim: Omit<MemberClaim, 'memberId'> = { generation: -1, owned: [] };

  /** Of the assignment that holds; -1 while none does. */
  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#held.size;
  }

  /** What the last assignment gave, even where it was lost since: named when rejoining, so that it comes back unless another has it by then. */
  get claim(): Omit<MemberClaim, 'memberId'> {
    return this.#claim;
  }

  list(): TopicPartition[] {
    return [...this.#held.values()];
  }

  has(partition: TopicPartition): boolean {
    return this.#held.has(partitionKey(partition));
  }

  /** Takes over what a new generation assigns. */
  replace(generation: number, partitions: readonly TopicPartition[]): AssignmentChange {
    const before = this.#held;
    this.#held = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
    this.#generation = generation;
    this.#claim = { generation, owned: [...partitions] };
    return {
      added: partitions.filter((partition) => !before.has(partitionKey(partition))),
      removed: [...before.values()].filter((partition) => !this.has(partition)),
      kept: partitions.filter((partition) => before.has(partitionKey(partition))),
      generation,
    };
  }

  /** Nothing is held any more; says whether anything was. */
  lose(): boolean {
    const hadAny = this.#held.size > 0;
    this.#held.clear();
    this.#generation = -1;
    return hadAny;
  }
}
