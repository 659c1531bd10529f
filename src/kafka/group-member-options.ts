import type { TopicPartition } from './topic-partition.ts';
import type { Trouble } from './troubles.ts';

/** What a new generation changed for this member. `added` and `kept` together are all it owns now. */
export interface AssignmentChange {
  added: TopicPartition[];
  removed: TopicPartition[];
  kept: TopicPartition[];
  generation: number;
}

/** Why all partitions were lost at once: nobody heard us for the session timeout, or the group went on without us. */
export type LostReason = 'session expired' | 'removed from the group';

/** How a member of a consumer group behaves, and what it tells. */
export interface GroupMemberOptions {
  groupId: string;
  topics: readonly string[];
  /** What all members must have alike, as a short text: while others with another are in the group, `start` throws a UserError. */
  agreement?: string | undefined;
  /** A member that is not heard of for so long is removed. Default 10,000. */
  sessionTimeoutMs?: number;
  /** How long the group waits for its members to rejoin. Default 30,000. */
  rebalanceTimeoutMs?: number;
  /** Default 1,000. */
  heartbeatIntervalMs?: number;
  /** How often the partitions of the topics are looked up. Default 30,000. */
  metadataIntervalMs?: number;
  /**
   * Called as this member first asks to join, where others start beside it; resolves once they have asked as well. The first assignment waits for
   * that, for a second at most: or the first of them would begin to work on everything, and give it up again as each of the others comes.
   */
  companions?: (() => Promise<void>) | undefined;
  /**
   * A new generation. Runs after the callbacks before it (onLost excepted) have ended; heartbeats go on meanwhile. Do not wait for long work (restoring)
   * here: a member whose callbacks outlast the rebalance timeout rejoins without them. An error thrown here is trouble and nothing more.
   */
  onAssigned(change: AssignmentChange): Promise<void> | void;
  /** All partitions are another's by now, or free. Called at once, even while another callback runs. */
  onLost(reason: LostReason): void;
  /** Before rejoining with partitions: the time to commit what is open. Given at most three quarters of the rebalance timeout. */
  onRebalancing?(): Promise<void> | void;
  /** Something failed and is tried again, or a callback threw. */
  onTrouble?(trouble: Trouble): void;
  /** All is well again after trouble. */
  onRecovered?(): void;
}
