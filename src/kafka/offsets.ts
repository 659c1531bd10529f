import type { Log } from '../log.ts';
import { ClusterSession } from './cluster-session.ts';
import type { KafkaConnection } from './connection.ts';
import { ask } from './internals.ts';
import { ErrorCode, errorCodeOf, throwUnlessSuccess } from './response-error.ts';
import { retryTransient } from './retry.ts';
import type { TopicPartition } from './topic-partition.ts';

/** A group's position in a partition: the offset of the next record to read. */
export interface GroupOffset extends TopicPartition {
  groupId: string;
  offset: number;
}

/** Whom the group must know for it to take an offset: what a GroupMember says of itself at this moment. */
export interface Membership {
  memberId: string;
  generation: number;
}

/** The group did not take the offsets: it no longer counts this member in, or is rebalancing. Nothing was committed. */
export class NotAMember extends Error {
  override readonly name: string = 'NotAMember';
}

const NOT_A_MEMBER_CODES = new Set<number>([
  ErrorCode.illegalGeneration,
  ErrorCode.unknownMemberId,
  ErrorCode.rebalanceInProgress,
  ErrorCode.fencedInstanceId,
]);

/** What an offset commit of a group without members says of itself. */
const NO_MEMBERSHIP: Membership = { memberId: '', generation: -1 };

/** Offsets as the requests that commit them want them. */
export function groupOffsets(offsets: readonly GroupOffset[]): { topic: string; partitions: { partition: number; offset: string }[] }[] {
  return [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }));
}

/** A commit that waits for the request under way. */
interface WaitingCommit {
  readonly offsets: readonly Omit<GroupOffset, 'groupId'>[];
  readonly membership: Membership;
  readonly limitMs: number;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Commits offsets of one group outside of transactions: what at_least_once does once outputs and state are acknowledged. One request is under way at
 * a time; what is to be committed meanwhile shares the next.
 */
export class OffsetCommitter {
  readonly #groupId: string;
  readonly #session: ClusterSession;
  #waiting: WaitingCommit[] = [];
  #isBusy = false;

  constructor(connection: KafkaConnection, groupId: string, log: Log) {
    this.#groupId = groupId;
    this.#session = new ClusterSession(connection, log);
  }

  /**
   * Resolves once the group holds the offsets, after up to `limitMs` of tries. Without `membership` only a group without members takes them. Throws
   * NotAMember, or the last try's error, which may be about an offset that shared the request; committing the same offsets again does no harm.
   */
  async commit(offsets: readonly Omit<GroupOffset, 'groupId'>[], membership: Membership = NO_MEMBERSHIP, limitMs = 10_000): Promise<void> {
    if (offsets.length === 0) return;
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ offsets, membership, limitMs, done });
    void this.#pump();
    await done.promise;
  }

  /** Closes the connections; a commit under way fails. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Requests until nothing waits, each for all that may go together: what one member has to commit in one generation. */
  async #pump(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Whoever commits in the same turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const { membership } = this.#waiting[0]!;
      const isTogether = (other: WaitingCommit): boolean =>
        other.membership.memberId === membership.memberId && other.membership.generation === membership.generation;
      const together = this.#waiting.filter(isTogether);
      this.#waiting = this.#waiting.filter((other) => !isTogether(other));
      try {
        const limitMs = Math.min(...together.map((one) => one.limitMs));
        await this.#request(
          together.flatMap(({ offsets }) => offsets),
          membership,
          limitMs,
        );
        for (const { done } of together) done.resolve();
      } catch (error) {
        for (const { done } of together) done.reject(error);
      }
    }
    this.#isBusy = false;
  }

  async #request(offsets: readonly Omit<GroupOffset, 'groupId'>[], membership: Membership, limitMs: number): Promise<void> {
    const groupId = this.#groupId;
    const request = {
      groupId,
      groupGenerationId: membership.generation,
      memberId: membership.memberId,
      topics: groupOffsets(offsets.map((offset) => ({ ...offset, groupId }))),
    };
    try {
      await retryTransient(() => this.#try(request), limitMs);
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === undefined || !NOT_A_MEMBER_CODES.has(code)) throw error;
      throw new NotAMember(`Group ${groupId} does not take offsets of member '${membership.memberId}': ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async #try(request: object): Promise<void> {
    try {
      const { responses } = await ask(await this.#session.coordinator('group', this.#groupId), 'OffsetCommit', request);
      for (const { topic, partitions } of responses) {
        for (const { partition, errorCode } of partitions) throwUnlessSuccess(`OffsetCommit of ${topic} partition ${partition}`, errorCode);
      }
    } catch (error) {
      await this.#session.repairAfter(error);
      throw error;
    }
  }
}
