/** Reads partitions of the log from offsets given, without a consumer group: who reads what is for the caller to decide. */
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { AbortedTransactionFilter } from './aborted-transactions.ts';
import { type Asked, Assignments, askFor } from './assignments.ts';
import { UnsupportedCompression } from './compression.ts';
import { type CuttableCluster, createCluster, explainConnectError, type KafkaConnection } from './connection.ts';
import { decodeFetchResponse, type PartitionResponse } from './fetch-response.ts';
import { protocolError, sendFetch } from './internals.ts';
import { type LogPlace, listOffsets } from './offset-list.ts';
import { explainTopicError, OffsetOutOfRange, ReadErrorCode } from './read-errors.ts';
import { decodeRecordSet } from './record-batch.ts';
import type { RecordBlock } from './record-block.ts';
import { retryTransient } from './retry.ts';
import { SharedFrame } from './shared-frame.ts';
import { TopicLeaders } from './topic-leaders.ts';
import { partitionKey } from './topic-partition.ts';
import { type Trouble, Troubles } from './troubles.ts';

export type { LogPlace } from './offset-list.ts';
export { OffsetOutOfRange } from './read-errors.ts';
export type { FetchedRecord, RecordHeader } from './record-batch.ts';
export type { RecordBlock } from './record-block.ts';
export type { Trouble } from './troubles.ts';

/** How a LogReader reads. Limits are of one response of one broker, in bytes as they lie in the log (compressed, if they are). */
export interface LogReaderOptions {
  isolation: 'read_committed' | 'read_uncommitted';
  maxBytes: number;
  /** A larger batch comes through all the same, alone. */
  maxBytesPerPartition: number;
  /** What a broker waits for before it answers, at most maxWaitMs. Default 1. */
  minBytes?: number;
  /** How long fetch() waits where nothing is there. */
  maxWaitMs: number;
  /** Hears of every failure that is retried. It is logged as well. */
  onTrouble?: (trouble: Trouble) => void;
  /** Nothing is in trouble any more. */
  onRecovered?: () => void;
}

/** What one fetch gave for one partition. */
export interface FetchedBatch {
  topic: string;
  partition: number;
  /** In offset order; may be empty where all that was read is control records or aborted. */
  records: RecordBlock;
  /** Where the reader stands now: the offset after all that was read, control and aborted records included. */
  nextOffset: number;
  /** The end of the partition, as of this fetch. */
  highWatermark: number;
  /** The end of what read_committed sees, as of this fetch. */
  lastStableOffset: number;
}

/** How much longer than maxWaitMs a fetch waits for the answers to what it asked. */
const ANSWER_ALLOWANCE_MS = 100;
/** How long listOffsets() keeps trying. */
const LIST_OFFSETS_LIMIT_MS = 30_000;

/** A reader of topic-partitions. Not for concurrent fetch() calls; all else may be called at any time, also while a fetch is under way. */
export class LogReader {
  readonly #connection: KafkaConnection;
  readonly #options: Required<Omit<LogReaderOptions, 'onTrouble' | 'onRecovered'>>;
  readonly #cluster: CuttableCluster;
  readonly #leaders: TopicLeaders;
  readonly #troubles: Troubles;
  readonly #assignments = new Assignments();
  readonly #busyNodes = new Set<number>();
  readonly #busyTopics = new Set<string>();
  readonly #closing = new AbortController();
  #arrived: { asked: Asked; batch: FetchedBatch }[] = [];
  #fatal: { asked: Asked; error: Error }[] = [];
  #isFetching = false;
  #wake: () => void = () => {};

  constructor(connection: KafkaConnection, log: Log, options: LogReaderOptions) {
    const { onTrouble, onRecovered, ...rest } = options;
    this.#connection = connection;
    if (!(rest.maxWaitMs >= 1)) throw new RangeError(`maxWaitMs ${rest.maxWaitMs}: a fetch has to wait for at least 1 ms`);
    this.#options = { minBytes: 1, ...rest };
    this.#cluster = createCluster(connection, log, { topicErrors: 'kept' });
    this.#leaders = new TopicLeaders(this.#cluster);
    this.#troubles = new Troubles(
      (trouble) => {
        const fields = { what: trouble.what, attempts: trouble.attempts, error: trouble.error.message };
        if (trouble.attempts === 1) log.warn(fields, 'reading is in trouble and will be retried');
        else log.debug(fields, 'reading is still in trouble');
        onTrouble?.(trouble);
      },
      () => {
        log.info({}, 'reading has recovered');
        onRecovered?.();
      },
    );
  }

  /** Throws KafkaUnreachable. */
  async connect(): Promise<void> {
    try {
      await this.#cluster.connect();
    } catch (error) {
      throw explainConnectError(this.#connection, error);
    }
  }

  /** Reads this partition too, from `offset` on. Where it is assigned already it starts anew from there. */
  assign(topic: string, partition: number, offset: number): void {
    this.unassign(topic, partition);
    this.#assignments.add(topic, partition, offset);
    this.#wake();
  }

  /** Reads this partition no more, if it did; nothing of it is delivered from now on. */
  unassign(topic: string, partition: number): void {
    this.#assignments.remove(topic, partition);
    this.#troubles.settled(partitionKey({ topic, partition }));
    if (this.#assignments.of(topic).length === 0) this.#troubles.settled(topicKey(topic));
  }

  /** Goes on from `offset`, forward or back. Throws where the partition is not assigned. */
  seek(topic: string, partition: number, offset: number): void {
    this.#assignments.seek(topic, partition, offset);
    this.#wake();
  }

  /** Holds the partition at its position. Throws where it is not assigned. */
  pause(topic: string, partition: number): void {
    this.#assignments.get(topic, partition).paused = true;
  }

  /** Ends a pause. Throws where the partition is not assigned. */
  resume(topic: string, partition: number): void {
    this.#assignments.get(topic, partition).paused = false;
    this.#wake();
  }

  /** The offset to be read next; undefined where the partition is not assigned. */
  position(topic: string, partition: number): number | undefined {
    return this.#assignments.find(topic, partition)?.position;
  }

  /** Offsets between the position and the last known high watermark; undefined before the first answer, or where the partition is not assigned. */
  lag(topic: string, partition: number): number | undefined {
    const assignment = this.#assignments.find(topic, partition);
    if (assignment?.highWatermark === undefined) return undefined;
    return Math.max(assignment.highWatermark - assignment.position, 0);
  }

  /**
   * What there is next in the partitions assigned and not paused; positions have moved past it. Waits for something up to maxWaitMs, then gives [].
   * A batch without records but with a new position is something. Failures are retried, see onTrouble; OffsetOutOfRange and a UserError for what no
   * retry cures (no right to read, a compression unknown here) are thrown, once all else that came is delivered. After close() it gives [].
   */
  async fetch(): Promise<FetchedBatch[]> {
    if (this.#isFetching) throw new Error('fetch() is under way already');
    this.#isFetching = true;
    try {
      const deadline = performance.now() + this.#options.maxWaitMs;
      while (!this.#closing.signal.aborted) {
        const batches = this.#take();
        if (batches.length > 0) {
          // The next answer comes while the caller works on this one.
          this.#askAll();
          return batches;
        }
        this.#throwFatal();
        const now = performance.now();
        if (now < deadline) this.#askAll();
        // A broker that found nothing says so at the deadline; with its answer comes the high watermark.
        const end = this.#busyNodes.size > 0 ? deadline + ANSWER_ALLOWANCE_MS : deadline;
        if (now >= end) break;
        await this.#change(Math.min(end, this.#troubles.nextRetryAfter(now)) - now);
      }
      return [];
    } finally {
      this.#isFetching = false;
    }
  }

  /** The offset at `place` of each partition. Retries for 30 s what may pass, then throws. */
  async listOffsets(topic: string, partitions: readonly number[], place: LogPlace): Promise<Map<number, number>> {
    const attempt = () => listOffsets(this.#leaders, topic, partitions, place);
    return await retryTransient(attempt, LIST_OFFSETS_LIMIT_MS, this.#closing.signal);
  }

  /** Ends a fetch under way (it gives []) and every connection, without waiting for the broker. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#cluster.disconnectNow();
  }

  /** What has arrived and is still wanted. */
  #take(): FetchedBatch[] {
    const batches: FetchedBatch[] = [];
    for (const { asked, batch } of this.#arrived.splice(0)) {
      if (!this.#assignments.isCurrent(asked)) {
        batch.records.release();
        continue;
      }
      const { assignment } = asked;
      assignment.highWatermark = batch.highWatermark;
      this.#troubles.settled(assignment.key);
      if (batch.nextOffset === assignment.position) continue;
      this.#assignments.advance(assignment, batch.nextOffset);
      batches.push(batch);
    }
    return batches;
  }

  #throwFatal(): void {
    for (const { asked, error } of this.#fatal.splice(0)) if (this.#assignments.isCurrent(asked)) throw error;
  }

  /** One request to each leader that has none, for all its partitions. */
  #askAll(): void {
    const now = performance.now();
    const byLeader = new Map<number, Asked[]>();
    for (const assignment of this.#assignments) {
      if (assignment.paused || this.#troubles.retryAt(assignment.key) > now) continue;
      const leader = this.#leaders.leaderOf(assignment.topic, assignment.partition);
      if (leader === undefined) {
        if (this.#troubles.retryAt(topicKey(assignment.topic)) <= now) void this.#findLeaders(assignment.topic);
        continue;
      }
      if (this.#busyNodes.has(leader)) continue;
      const others = byLeader.get(leader);
      if (others === undefined) byLeader.set(leader, [askFor(assignment)]);
      else others.push(askFor(assignment));
    }
    for (const [leader, asked] of byLeader) void this.#askLeader(leader, asked);
  }

  async #askLeader(leader: number, asked: readonly Asked[]): Promise<void> {
    this.#busyNodes.add(leader);
    try {
      const broker = await this.#leaders.broker(leader);
      const { maxWaitMs, minBytes, maxBytes, maxBytesPerPartition } = this.#options;
      const request = {
        isolationLevel: this.#options.isolation === 'read_committed' ? 1 : 0,
        maxWaitTime: maxWaitMs,
        minBytes,
        maxBytes,
        // The broker fills its response in the order of the request: an entry each, since the order matters and topics may alternate.
        topics: asked.map(({ assignment: { topic, partition }, position }) => ({
          topic,
          partitions: [{ partition, fetchOffset: position, maxBytes: maxBytesPerPartition }],
        })),
      } as const;
      const response = await sendFetch(broker, request, async (raw) => decodeFetchResponse(raw));
      if (response.errorCode !== 0) throw protocolError(response.errorCode);
      const byKey = new Map(asked.map((one) => [one.assignment.key, one]));
      const memory = new SharedFrame();
      for (const partition of response.partitions) await this.#receive(byKey.get(partitionKey(partition)), partition, memory);
      memory.seal();
    } catch (error) {
      this.#lost(asked, error as Error);
    } finally {
      this.#busyNodes.delete(leader);
      this.#wake();
    }
  }

  async #receive(asked: Asked | undefined, response: PartitionResponse, memory: SharedFrame): Promise<void> {
    if (asked === undefined || !this.#assignments.isCurrent(asked)) return;
    const { topic, partition, highWatermark, lastStableOffset } = response;
    try {
      if (response.errorCode === ReadErrorCode.offsetOutOfRange) throw await this.#outOfRange(asked);
      if (response.errorCode !== 0) throw explainTopicError(topic, protocolError(response.errorCode));
      const filter = new AbortedTransactionFilter(response.abortedTransactions);
      const { records, nextOffset } = await decodeRecordSet(response.batches, asked.position, filter);
      if (records.length > 0) memory.addUser(response.batches, records);
      this.#arrived.push({ asked, batch: { topic, partition, records, nextOffset, highWatermark, lastStableOffset } });
    } catch (error) {
      if (error instanceof UnsupportedCompression) {
        error.message = `${topic}-${partition} from offset ${asked.position}: ${error.message}`;
      }
      if (error instanceof UserError) this.#fatal.push({ asked, error });
      else this.#lost([asked], error as Error);
    }
  }

  async #outOfRange({ assignment: { topic, partition }, position }: Asked): Promise<OffsetOutOfRange> {
    const [starts, ends] = await Promise.all([
      listOffsets(this.#leaders, topic, [partition], 'earliest'),
      listOffsets(this.#leaders, topic, [partition], 'high-watermark'),
    ]);
    return new OffsetOutOfRange(topic, partition, position, { start: starts.get(partition)!, end: ends.get(partition)! });
  }

  /** Nothing came: whoever led these partitions may not do so any more. */
  #lost(asked: readonly Asked[], error: Error): void {
    if (this.#closing.signal.aborted) return;
    const current = asked.filter((one) => this.#assignments.isCurrent(one)).map(({ assignment }) => assignment);
    for (const { topic, partition } of current) this.#leaders.forget(topic, partition);
    const keys = current.map(({ key }) => key);
    this.#troubles.failed(keys, error);
  }

  async #findLeaders(topic: string): Promise<void> {
    if (this.#busyTopics.has(topic)) return;
    this.#busyTopics.add(topic);
    try {
      await this.#leaders.refresh(topic);
      this.#troubles.settled(topicKey(topic));
      const leaderless = this.#assignments.of(topic).filter(({ partition }) => this.#leaders.leaderOf(topic, partition) === undefined);
      const keys = leaderless.map(({ key }) => key);
      this.#troubles.failed(keys, new Error(`${keys.join(', ')}: no such partition, or it has no leader`));
    } catch (error) {
      const [first] = this.#assignments.of(topic);
      if (this.#closing.signal.aborted || first === undefined) return;
      const explained = explainTopicError(topic, error as Error);
      this.#troubles.failed([topicKey(topic)], explained);
      if (explained instanceof UserError) this.#fatal.push({ asked: askFor(first), error: explained });
    } finally {
      this.#busyTopics.delete(topic);
      this.#wake();
    }
  }

  /** Resolves when something arrived or was asked for, at the latest after `ms`. */
  async #change(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A topic as a whole, among partitions that are named topic-partition: 'ticks-1' may be either. */
function topicKey(topic: string): string {
  return `topic ${topic}`;
}
