import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { ClusterSession } from './cluster-session.ts';
import { explainConnectError, type KafkaConnection } from './connection.ts';
import type { GroupMemberOptions, LostReason } from './group-member-options.ts';
import { GroupRequests, type GroupSettings, type JoinedGroup } from './group-requests.ts';
import { Heartbeat, isRemoval, SessionExpired } from './heartbeat.ts';
import { HeldPartitions } from './held-partitions.ts';
import { MembershipQuestions } from './membership-questions.ts';
import { OwnerCallbacks } from './owner-callbacks.ts';
import { ErrorCode, errorCodeOf } from './response-error.ts';
import { pauseMs } from './retry.ts';
import { assign } from './sticky-assignor.ts';
import type { TopicPartition } from './topic-partition.ts';

export type { AssignmentChange, GroupMemberOptions, LostReason } from './group-member-options.ts';
export type { TopicPartition } from './topic-partition.ts';

/** Answers that no retry cures: the settings or permissions must change first. */
const HINTS = new Map<number, string>([
  [ErrorCode.inconsistentGroupProtocol, 'Consumers of another kind are in this group: stop them, or choose another group.'],
  [ErrorCode.invalidSessionTimeout, 'Keep the session timeout within group.min.session.timeout.ms and group.max.session.timeout.ms.'],
  [ErrorCode.groupAuthorizationFailed, 'Allow this user READ on the group.'],
  [ErrorCode.groupMaxSizeReached, 'Raise group.max.size or run fewer workers.'],
]);

/** Of the rebalance timeout: how much of it the callbacks may take. */
const CALLBACK_SHARE = 0.75;
/** For leaving the group when stopped, ms. A broker that does not answer in time will miss the heartbeats. */
const LEAVE_LIMIT_MS = 2_000;
/**
 * Workers that are started together join one after the other, and a member learns of the next only by its own heartbeat: after a join these
 * come fast for a while, or the others would stand idle for an interval, ms.
 */
const SETTLING_MS = 3_000;
const SETTLING_INTERVAL_MS = 50;
/** How long the first assignment waits for members that start beside this one, and how long for what they have just sent, ms. */
const COMPANIONS_LIMIT_MS = 1_000;
const ON_ITS_WAY_MS = 20;

/**
 * One member of a consumer group: who owns which partition, and nothing about reading them. Speaks the classic group protocol itself, so that a
 * rebalance need not touch the partitions that stay: what is read, and from where, is the caller's own affair.
 *
 * What it says may be outdated by the time it is used, as with every group; what keeps two owners apart is the fencing of their transactional ids.
 */
export class GroupMember {
  readonly #connection: KafkaConnection;
  readonly #log: Log;
  readonly #options: GroupMemberOptions;
  readonly #settings: GroupSettings;
  readonly #session: ClusterSession;
  readonly #requests: GroupRequests;
  readonly #heartbeat: Heartbeat;
  readonly #heartbeatIntervalMs: number;
  readonly #metadataIntervalMs: number;
  readonly #held = new HeldPartitions();
  readonly #owner: OwnerCallbacks;
  /** Until the first join. */
  #companions: GroupMemberOptions['companions'];
  readonly #questions = new MembershipQuestions();
  #memberId = '';
  /** Partition counts that the assignment was made for, where this member made it as the leader. */
  #assignedCounts: ReadonlyMap<string, number> | undefined;
  #lastMetadataMs = 0;
  /** In a row. */
  #failures = 0;
  #wake: () => void = () => {};
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(connection: KafkaConnection, log: Log, options: GroupMemberOptions) {
    const { groupId, topics, agreement, sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 30_000 } = options;
    this.#connection = connection;
    this.#log = log;
    this.#options = options;
    this.#owner = new OwnerCallbacks(options, (error) => this.#trouble(error));
    this.#companions = options.companions;
    this.#heartbeatIntervalMs = options.heartbeatIntervalMs ?? 1_000;
    this.#metadataIntervalMs = options.metadataIntervalMs ?? 30_000;
    this.#settings = { groupId, topics, sessionTimeoutMs, rebalanceTimeoutMs, agreement };
    const requestTimeoutMs = Math.min(connection.requestTimeoutMs ?? sessionTimeoutMs, sessionTimeoutMs);
    this.#session = new ClusterSession({ ...connection, requestTimeoutMs }, log);
    this.#requests = new GroupRequests(this.#session, this.#settings);
    this.#heartbeat = new Heartbeat(sessionTimeoutMs, this.#heartbeatIntervalMs);
  }

  /** What the coordinator calls this member; '' before the first join. */
  get memberId(): string {
    return this.#memberId;
  }

  /** Of the assignment that holds; -1 while none does. */
  get generation(): number {
    return this.#held.generation;
  }

  /** What this member owns as far as it knows. */
  assignment(): TopicPartition[] {
    return this.#held.list();
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.#held.has({ topic, partition });
  }

  /**
   * Joins; resolves with the first assignment (its onAssigned may still run). Throws KafkaUnreachable or another UserError where a retry would hardly
   * help: no broker answers, a topic does not exist, the group is of another kind.
   */
  async start(): Promise<void> {
    if (this.#running !== undefined) throw new Error('a group member starts once');
    await new Promise<void>((started, failed) => {
      this.#running = this.#run(started, failed);
    });
  }

  /** Leaves the group at once, so that the others need not wait for the session timeout. Calls nothing back any more. Never throws. */
  async stop(): Promise<void> {
    const isFirst = !this.#isStopping;
    this.#isStopping = true;
    this.#owner.stop();
    this.#wake();
    // A join that waits for other members blocks its connection: leaving takes another one.
    await this.#session.close();
    await this.#running;
    this.#held.lose();
    this.#questions.deny();
    if (isFirst && this.#memberId !== '') await this.#leave();
  }

  /**
   * Whether the group still counts this member in, asked now: after a heartbeat it accepts, or after the rejoin that it asks for. False once all
   * partitions are lost or the member stops. Then look at isAssigned(). Not to be awaited in onRebalancing, which the rejoin waits for.
   */
  async checkAlive(): Promise<boolean> {
    if (this.#isStopping || this.#running === undefined) return false;
    const answer = this.#questions.ask();
    this.#wake();
    return await answer;
  }

  async #run(started: () => void, failed: (error: unknown) => void): Promise<void> {
    let hasStarted = false;
    while (!this.#isStopping) {
      try {
        await this.#questions.answerBy(
          () => this.#join(),
          () => !this.#isStopping,
        );
        hasStarted = true;
        started();
        await this.#stay();
        await this.#prepareToRejoin();
      } catch (error) {
        if (this.#isStopping) break;
        const explained = this.#explain(error);
        if (!hasStarted && explained instanceof UserError) {
          this.#isStopping = true;
          await this.#session.close();
          if (this.#memberId !== '') await this.#leave();
          failed(explained);
          return;
        }
        await this.#recoverFrom(explained as Error);
      }
    }
    failed(new Error('the group member was stopped before it had joined'));
  }

  async #join(): Promise<void> {
    if (this.#memberId === '') this.#memberId = await this.#requests.newMemberId();
    const companions = this.#companions;
    this.#companions = undefined;
    const haveJoined = companions?.();
    const joined = await this.#requests.join(this.#memberId, this.#held.claim);
    this.#heartbeat.heard();
    // Whoever asks to join before the leader has assigned makes it join again, with everybody.
    if (joined.claims !== undefined && haveJoined !== undefined) await untilAllAsk(haveJoined);
    const partitions = await this.#requests.sync(joined, await this.#assignAll(joined));
    this.#heartbeat.heard();
    if (this.#isStopping) return;
    const change = this.#held.replace(joined.generation, partitions);
    this.#lastMetadataMs = performance.now();
    const { generation, added, removed, kept } = change;
    this.#log.info(
      { groupId: this.#settings.groupId, generation, added: added.length, removed: removed.length, kept: kept.length },
      'partitions assigned',
    );
    this.#owner.assigned(change);
    this.#allIsWell();
  }

  /** The leader's part; empty for all others. */
  async #assignAll({ claims }: JoinedGroup): Promise<Map<string, TopicPartition[]>> {
    this.#assignedCounts = undefined;
    if (claims === undefined) return new Map();
    const counts = await this.#partitionCounts();
    const missing = [...counts].filter(([, count]) => count === 0).map(([topic]) => topic);
    if (missing.length > 0) {
      throw new UserError(`Kafka has no topic ${missing.join(', ')}`, {
        hint: 'Create the topics (arbitrex topology apply), or check their prefix.',
      });
    }
    this.#assignedCounts = counts;
    return assign({ members: claims, topics: counts });
  }

  /** Heartbeats until it is time to rejoin. */
  async #stay(): Promise<void> {
    const joinedMs = performance.now();
    while (!this.#isStopping) {
      const isSettling = performance.now() - joinedMs < SETTLING_MS;
      const pause = this.#failures > 0 ? pauseMs(this.#failures) : isSettling ? SETTLING_INTERVAL_MS : this.#heartbeatIntervalMs;
      await this.#nap(Math.min(pause, this.#heartbeatIntervalMs));
      if (this.#isStopping || (await this.#beat()) === 'rebalancing' || (await this.#isAssignmentStale())) return;
    }
  }

  /** Lets the owner of the partitions come to a stop, heartbeats going on. */
  async #prepareToRejoin(): Promise<void> {
    if (this.#isStopping || this.#held.size === 0) return;
    const limitMs = CALLBACK_SHARE * this.#settings.rebalanceTimeoutMs;
    const deadlineMs = performance.now() + limitMs;
    let isDone = false;
    this.#owner.rebalancing().then(() => {
      isDone = true;
      this.#wake();
    });
    while (!isDone && !this.#isStopping) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        this.#trouble(new Error(`the callbacks took longer than ${limitMs} ms; rejoining without them`));
        return;
      }
      await this.#nap(Math.min(this.#heartbeatIntervalMs, leftMs));
      if (!isDone && !this.#isStopping) await this.#beat();
    }
  }

  async #beat(): Promise<'member' | 'rebalancing' | 'unheard'> {
    const send = () => this.#requests.heartbeat({ memberId: this.#memberId, generation: this.#held.generation });
    const pulse = await this.#questions.answerBy(
      () => this.#heartbeat.beat(send),
      ({ state }) => state === 'member',
    );
    if (pulse.state === 'member') this.#allIsWell();
    if (pulse.state === 'unheard' && !this.#isStopping) {
      this.#trouble(pulse.error);
      await this.#session.repairAfter(pulse.error);
    }
    return pulse.state;
  }

  /** From time to time: whether the leader's assignment leaves partitions out, or anybody's names partitions that do not exist. */
  async #isAssignmentStale(): Promise<boolean> {
    if (performance.now() - this.#lastMetadataMs < this.#metadataIntervalMs) return false;
    this.#lastMetadataMs = performance.now();
    try {
      const counts = await this.#partitionCounts();
      // A topic without partitions is one that cannot be seen at the moment: no reason to give it up.
      const isSeen = (topic: string) => (counts.get(topic) ?? 0) > 0;
      const hasChanged = [...(this.#assignedCounts ?? [])].some(([topic, count]) => isSeen(topic) && counts.get(topic) !== count);
      return hasChanged || this.#held.list().some(({ topic, partition }) => isSeen(topic) && partition >= counts.get(topic)!);
    } catch (error) {
      if (!this.#isStopping) this.#trouble(error as Error);
      await this.#session.repairAfter(error);
      return false;
    }
  }

  async #partitionCounts(): Promise<Map<string, number>> {
    const partitions = await this.#session.partitionsOf(this.#settings.topics);
    return new Map([...partitions].map(([topic, ofTopic]) => [topic, ofTopic.length]));
  }

  async #recoverFrom(error: Error): Promise<void> {
    const code = errorCodeOf(error);
    if (code === ErrorCode.rebalanceInProgress) return;
    if (isRemoval(code)) {
      if (code !== ErrorCode.illegalGeneration) this.#memberId = '';
      this.#lose('removed from the group');
    } else if (error instanceof SessionExpired || this.#heartbeat.isExpired) {
      this.#lose('session expired');
    }
    this.#trouble(error);
    await this.#session.repairAfter(error);
    await this.#nap(pauseMs(this.#failures));
  }

  #lose(reason: LostReason): void {
    const isTold = this.#owner.lost(reason, this.#held.lose());
    if (isTold) this.#log.warn({ groupId: this.#settings.groupId, reason }, 'all partitions lost');
    this.#questions.deny();
  }

  #explain(error: unknown): unknown {
    const code = errorCodeOf(error) ?? 0;
    if (code === ErrorCode.inconsistentGroupProtocol && this.#settings.agreement !== undefined) {
      const message = `Group ${this.#settings.groupId} has members under other settings, or of another kind`;
      return new UserError(message, { hint: 'Stop them first, or run these settings under another suffix.', cause: error });
    }
    const hint = HINTS.get(code);
    if (hint === undefined) return explainConnectError(this.#connection, error);
    return new UserError(`Group ${this.#settings.groupId} does not take this member: ${(error as Error).message}`, { hint, cause: error });
  }

  #trouble(error: Error): void {
    this.#failures += 1;
    const fields = { groupId: this.#settings.groupId, attempts: this.#failures, error: error.message };
    if (this.#failures === 1) this.#log.warn(fields, 'group membership is in trouble and will be retried');
    else this.#log.debug(fields, 'group membership is still in trouble');
    this.#options.onTrouble?.({ what: [`group ${this.#settings.groupId}`], error, attempts: this.#failures });
  }

  #allIsWell(): void {
    if (this.#failures > 0) {
      this.#log.info({ groupId: this.#settings.groupId }, 'group membership has recovered');
      this.#options.onRecovered?.();
    }
    this.#failures = 0;
  }

  /** Sleeps until the time is over or somebody wakes it. */
  async #nap(ms: number): Promise<void> {
    if (this.#questions.isUnsent || this.#isStopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #leave(): Promise<void> {
    const session = new ClusterSession(this.#connection, this.#log);
    const left = new GroupRequests(session, this.#settings).leave(this.#memberId).catch((error: Error) => {
      this.#log.debug({ groupId: this.#settings.groupId, error: error.message }, 'leaving the group failed');
    });
    const limit = new AbortController();
    await Promise.race([left, sleep(LEAVE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {})]);
    limit.abort();
    await session.close();
  }
}

async function untilAllAsk(haveAsked: Promise<void>): Promise<void> {
  await Promise.race([haveAsked.then(() => sleep(ON_ITS_WAY_MS)), sleep(COMPANIONS_LIMIT_MS)]);
}
