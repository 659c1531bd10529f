/** src/kafka on the simulated cluster: classes with the shape that the worker uses, to stand in for the real ones. */

import type { AssignmentChange, GroupMemberOptions } from '../../../src/kafka/group-member-options.ts';
import { HeldPartitions } from '../../../src/kafka/held-partitions.ts';
import type { FetchedBatch } from '../../../src/kafka/log-reader.ts';
import type { LogPlace } from '../../../src/kafka/offset-list.ts';
import { OwnerCallbacks } from '../../../src/kafka/owner-callbacks.ts';
import { partitionKey, type TopicPartition } from '../../../src/kafka/topic-partition.ts';
import { type TransactionBatch, TransactionFailed } from '../../../src/kafka/transactional-producer.ts';
import type { Log } from '../../../src/log.ts';
import { recordsOf } from '../../unit/records.ts';
import type { Holder, SimConnection } from './cluster.ts';

/** Most entries of one partition in one answer. */
const MOST_ENTRIES = 12;
/** How often the answer to a commit is lost with the line. */
const LOST_ANSWERS = 0.02;

interface Assigned extends TopicPartition {
  position: number;
  isPaused: boolean;
  end: number | undefined;
}

/** `LogReader`: what a fetch gives is drawn, which of the partitions and how much of each. */
export class SimLogReader {
  readonly #connection: SimConnection;
  readonly #assigned = new Map<string, Assigned>();
  #isClosed = false;

  constructor(connection: SimConnection) {
    this.#connection = connection;
  }

  async connect(): Promise<void> {
    await this.#request(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  assign(topic: string, partition: number, offset: number): void {
    this.#assigned.set(partitionKey({ topic, partition }), { topic, partition, position: offset, isPaused: false, end: undefined });
  }

  unassign(topic: string, partition: number): void {
    this.#assigned.delete(partitionKey({ topic, partition }));
  }

  pause(topic: string, partition: number): void {
    this.#get(topic, partition).isPaused = true;
    this.#connection.cluster.note('partition paused');
  }

  resume(topic: string, partition: number): void {
    this.#get(topic, partition).isPaused = false;
  }

  position(topic: string, partition: number): number | undefined {
    return this.#assigned.get(partitionKey({ topic, partition }))?.position;
  }

  lag(topic: string, partition: number): number | undefined {
    const { end, position } = this.#get(topic, partition);
    return end === undefined ? undefined : end - position;
  }

  async listOffsets(topic: string, partitions: readonly number[], place: LogPlace): Promise<Map<number, number>> {
    const of = (partition: number): number => {
      const { end, stableEnd } = this.#connection.cluster.partitions(topic)[partition]!;
      return place === 'earliest' ? 0 : place === 'last-stable' ? stableEnd : end;
    };
    return await this.#request(() => new Map(partitions.map((partition) => [partition, of(partition)])));
  }

  async fetch(): Promise<FetchedBatch[]> {
    const { cluster, process } = this.#connection;
    return await cluster.schedule.step(process, () => this.#take(), { isReady: () => this.#isClosed || this.#readable().length > 0 });
  }

  #take(): FetchedBatch[] {
    if (this.#isClosed) return [];
    const { schedule } = this.#connection.cluster;
    const first = schedule.pick(this.#readable());
    const chosen = this.#readable().filter((assigned) => assigned === first || schedule.chance(0.5));
    return chosen.map((assigned) => {
      const { topic, partition, position } = assigned;
      const { end, stableEnd, ...log } = this.#logOf(assigned);
      const { records, nextOffset } = log.read(position, schedule.between(1, MOST_ENTRIES));
      assigned.position = nextOffset;
      assigned.end = end;
      return { topic, partition, records: recordsOf(records), nextOffset, highWatermark: end, lastStableOffset: stableEnd };
    });
  }

  #readable(): Assigned[] {
    return [...this.#assigned.values()].filter((assigned) => !assigned.isPaused && assigned.position < this.#logOf(assigned).stableEnd);
  }

  #logOf({ topic, partition }: TopicPartition) {
    const log = this.#connection.cluster.partitions(topic)[partition]!;
    return { end: log.end, stableEnd: log.stableEnd, read: (from: number, limit: number) => log.read(from, limit) };
  }

  #get(topic: string, partition: number): Assigned {
    const assigned = this.#assigned.get(partitionKey({ topic, partition }));
    if (assigned === undefined) throw new Error(`${topic}-${partition} is not assigned to this reader`);
    return assigned;
  }

  #request<T>(act: () => T): Promise<T> {
    return this.#connection.cluster.schedule.request(this.#connection.process, act);
  }
}

/** `KafkaAdmin`. */
export class SimAdmin {
  readonly #connection: SimConnection;

  static async connect(connection: SimConnection): Promise<SimAdmin> {
    return new SimAdmin(connection);
  }

  private constructor(connection: SimConnection) {
    this.#connection = connection;
  }

  async describeTopics(names: readonly string[]): Promise<Map<string, { partitions: number; configs: Record<string, string> }>> {
    const { cluster } = this.#connection;
    const known = names.filter((name) => cluster.hasTopic(name));
    return await this.#request(
      () =>
        new Map(known.map((name) => [name, { partitions: cluster.partitions(name).length, configs: { 'max.message.bytes': '1048588' } }])),
    );
  }

  async groupMembers(groupId: string): Promise<string[]> {
    return await this.#request(() => this.#connection.cluster.group(groupId).members);
  }

  async committedOffsets(groupId: string, topic: string): Promise<(number | null)[]> {
    const { cluster } = this.#connection;
    return await this.#request(() => cluster.partitions(topic).map((_, partition) => cluster.position(groupId, topic, partition)));
  }

  async watermarks(topic: string): Promise<{ low: number; high: number }[]> {
    return await this.#request(() => this.#connection.cluster.partitions(topic).map(({ end }) => ({ low: 0, high: end })));
  }

  async close(): Promise<void> {}

  #request<T>(act: () => T): Promise<T> {
    return this.#connection.cluster.schedule.request(this.#connection.process, act);
  }
}

/** `TransactionalProducer`: a request a partition, and now and then the answer to the last one is lost. */
export class SimTransactionalProducer {
  readonly #connection: SimConnection;
  readonly #holder: Holder;
  #isDisposed = false;

  static async fence(connection: SimConnection, transactionalId: string): Promise<SimTransactionalProducer> {
    const epoch = await connection.cluster.fence(connection.process, transactionalId);
    return new SimTransactionalProducer(connection, { transactionalId, epoch });
  }

  private constructor(connection: SimConnection, holder: Holder) {
    this.#connection = connection;
    this.#holder = holder;
  }

  async commit({ messages, offsets = [] }: TransactionBatch): Promise<void> {
    const { cluster, process } = this.#connection;
    const { schedule } = cluster;
    const parts = messages.flatMap(({ topic, messages: records }) =>
      [...Map.groupBy(records, ({ partition }) => partition)].map(([partition, ofPartition]) => ({
        topic,
        partition,
        records: ofPartition,
      })),
    );
    const requests = parts.map(({ topic, partition, records }) => cluster.produce(process, this.#holder, topic, partition, records));
    if (offsets.length > 0) requests.push(cluster.addPositions(process, this.#holder, offsets));
    if (requests.length === 0) return;
    await Promise.all(requests);
    this.#checkDisposed();
    if (schedule.chance(LOST_ANSWERS)) {
      cluster.note('request lost');
      throw new TransactionFailed('the request was lost', 'not-committed', undefined);
    }
    await cluster.commit(process, this.#holder);
    this.#checkDisposed();
    if (!schedule.chance(LOST_ANSWERS)) return;
    cluster.note('answer lost');
    throw new TransactionFailed('the answer was lost', 'unknown', undefined);
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
  }

  #checkDisposed(): void {
    if (this.#isDisposed) throw new TransactionFailed('disposed of', 'unknown', undefined);
  }
}

/** `GroupMember`: hears of a rebalance at any time, lets its owner commit for as long as the schedule has it, and rejoins. */
export class SimGroupMember {
  memberId = '';
  readonly #connection: SimConnection;
  readonly #options: GroupMemberOptions;
  readonly #held = new HeldPartitions();
  readonly #owner: OwnerCallbacks;
  readonly #stopping = new AbortController();

  constructor(connection: SimConnection, _log: Log, options: GroupMemberOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#owner = new OwnerCallbacks(options, (error) => {
      throw error;
    });
  }

  get generation(): number {
    return this.#held.generation;
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.#held.has({ topic, partition });
  }

  async start(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    void this.#run(resolve).catch((error) => {
      if (!this.#stopping.signal.aborted) reject(error);
    });
    await promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#owner.stop();
    this.#held.lose();
    const { cluster, process } = this.#connection;
    await cluster.schedule.request(process, () => this.#group.remove(this.memberId));
  }

  async checkAlive(): Promise<boolean> {
    const { cluster, process } = this.#connection;
    if (this.#stopping.signal.aborted) return false;
    const isTold = (): boolean => this.#stopping.signal.aborted || !this.#group.has(this.memberId) || this.#group.isSettled(this.memberId);
    return await cluster.schedule.request(process, () => !this.#stopping.signal.aborted && this.#group.has(this.memberId), isTold);
  }

  get #group() {
    return this.#connection.cluster.group(this.#options.groupId);
  }

  async #run(started: () => void): Promise<void> {
    for (;;) {
      await this.#join();
      started();
      await this.#step(
        () => {},
        () => !this.#group.isSettled(this.memberId),
      );
      if (!this.#group.has(this.memberId)) this.#lose();
      else await this.#prepareToRejoin();
    }
  }

  async #join(): Promise<void> {
    const { process } = this.#connection;
    const { topics } = this.#options;
    const isDropped = await this.#step(() => {
      const isNew = !this.#group.has(this.memberId);
      const isDropped = isNew && this.memberId !== '';
      if (isNew) this.memberId = this.#group.newMemberId(process);
      this.#group.join(this.memberId, { process, topics, claim: this.#held.claim });
      return isDropped;
    });
    if (isDropped) this.#lose();
    const change = await this.#step(
      () => this.#taken(),
      () => !this.#group.isWaiting(this.memberId),
    );
    if (change !== null) this.#owner.assigned(change);
  }

  /** What the new generation changes; null where the next rebalance has begun meanwhile, or the group has gone on without this member. */
  #taken(): AssignmentChange | null {
    if (!this.#group.isSettled(this.memberId)) return null;
    const change = this.#held.replace(this.#group.generation, this.#group.assignmentOf(this.memberId));
    if (change.removed.length > 0) this.#connection.cluster.note('partitions handed over');
    return change;
  }

  /** The owner's callbacks may take longer than the rebalance: then it rejoins without them. */
  async #prepareToRejoin(): Promise<void> {
    await Promise.race([this.#owner.rebalancing(), this.#step(() => {})]);
  }

  #lose(): void {
    this.#connection.cluster.note('partitions lost');
    this.#owner.lost('removed from the group', this.#held.lose());
  }

  #step<T>(act: () => T, isReady?: () => boolean): Promise<T> {
    const { cluster, process } = this.#connection;
    return cluster.schedule.step(process, act, { signal: this.#stopping.signal, ...(isReady === undefined ? {} : { isReady }) });
  }
}
