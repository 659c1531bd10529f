import type { ClusterSession } from './cluster-session.ts';
import { decodeAssignment, decodeClaim, encodeAssignment, encodeClaim, protocolName } from './group-protocol.ts';
import { ask } from './internals.ts';
import { ErrorCode, throwUnlessSuccess } from './response-error.ts';
import type { MemberClaim } from './sticky-assignor.ts';
import type { TopicPartition } from './topic-partition.ts';

/** What a coordinator wants to know of a member. */
export interface GroupSettings {
  groupId: string;
  topics: readonly string[];
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** What all members must have alike. */
  agreement?: string | undefined;
}

/** The answer to a join: the group is complete for a new generation. */
export interface JoinedGroup {
  memberId: string;
  generation: number;
  /** What every member owns so far, for the leader to assign by; undefined for all others. */
  claims: MemberClaim[] | undefined;
}

/** The four requests of the classic group protocol, of one member. Each throws ResponseError where the coordinator refuses. */
export class GroupRequests {
  readonly #session: ClusterSession;
  readonly #settings: GroupSettings;

  constructor(session: ClusterSession, settings: GroupSettings) {
    this.#session = session;
    this.#settings = settings;
  }

  /** An id to join with. A member that knows its id before it joins can leave, whatever becomes of the join. */
  async newMemberId(): Promise<string> {
    const { errorCode, memberId } = await this.#join('', { generation: -1, owned: [] });
    if (errorCode !== ErrorCode.memberIdRequired) throwUnlessSuccess(`JoinGroup of ${this.#settings.groupId}`, errorCode);
    return memberId;
  }

  /** Joins, or rejoins. Resolves when all members have, or the rebalance timeout has passed. */
  async join(memberId: string, claim: Omit<MemberClaim, 'memberId'>): Promise<JoinedGroup> {
    const answer = await this.#join(memberId, claim);
    throwUnlessSuccess(`JoinGroup of ${this.#settings.groupId}`, answer.errorCode);
    const isLeader = answer.leaderId === answer.memberId;
    const claims = answer.members.map((member) => decodeClaim(member.memberId, member.memberMetadata));
    return { memberId: answer.memberId, generation: answer.generationId, claims: isLeader ? claims : undefined };
  }

  /** Tells the group its assignment (the leader; all others give none), and resolves to what this member is given. */
  async sync(
    { memberId, generation }: { memberId: string; generation: number },
    assignment: ReadonlyMap<string, readonly TopicPartition[]>,
  ): Promise<TopicPartition[]> {
    const { groupId } = this.#settings;
    const groupAssignment = [...assignment].map(([id, partitions]) => ({ memberId: id, memberAssignment: encodeAssignment(partitions) }));
    const answer = await ask(await this.#coordinator(), 'SyncGroup', { groupId, generationId: generation, memberId, groupAssignment });
    throwUnlessSuccess(`SyncGroup of ${groupId}`, answer.errorCode);
    return decodeAssignment(answer.memberAssignment);
  }

  /** Says that this member lives. */
  async heartbeat({ memberId, generation }: { memberId: string; generation: number }): Promise<void> {
    const { groupId } = this.#settings;
    const answer = await ask(await this.#coordinator(), 'Heartbeat', { groupId, groupGenerationId: generation, memberId });
    throwUnlessSuccess(`Heartbeat to ${groupId}`, answer.errorCode);
  }

  /** Gives up all partitions at once. */
  async leave(memberId: string): Promise<void> {
    const { groupId } = this.#settings;
    const answer = await ask(await this.#coordinator(), 'LeaveGroup', { groupId, memberId });
    throwUnlessSuccess(`LeaveGroup of ${groupId}`, answer.errorCode);
  }

  async #join(memberId: string, claim: Omit<MemberClaim, 'memberId'>) {
    const { groupId, topics, sessionTimeoutMs, rebalanceTimeoutMs, agreement } = this.#settings;
    return await ask(await this.#coordinator(), 'JoinGroup', {
      groupId,
      memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      protocolType: 'consumer',
      groupProtocols: [{ name: protocolName(agreement), metadata: encodeClaim(topics, claim) }],
    });
  }

  #coordinator() {
    return this.#session.coordinator('group', this.#settings.groupId);
  }
}
