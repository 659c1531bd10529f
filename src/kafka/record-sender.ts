import { setTimeout as delay } from 'node:timers/promises';
import { BufferPool } from './buffer-pool.ts';
import type { ClusterSession } from './cluster-session.ts';
import { decodeProduceResponse, encodeProduceRequest } from './produce-request.ts';
import { BATCH_OVERHEAD_BYTES, type OutgoingRecord, RecordBatchWriter } from './record-batch-writer.ts';
import { ErrorCode, ResponseError } from './response-error.ts';
import { pauseMs } from './retry.ts';
import { sendProduce } from './send-produce.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';
import type { Trouble } from './troubles.ts';

/** Records of one topic, each naming its partition. Their order within a partition is kept. */
export interface TopicMessages {
  topic: string;
  messages: readonly OutgoingRecord[];
}

/** Who writes: as the broker gave it in answer to InitProducerId. */
export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
  /** Null for a producer without transactions. */
  transactionalId: string | null;
}

/** Limits on what is sent at once. */
export interface SendLimits {
  /** Of one record batch; keep it at or below the topics' max.message.bytes. A single record above it is sent on its own, for the broker to judge. Default 1,000,000. */
  maxBatchBytes?: number;
  /** Of one request to one broker, except for a single batch above it. Default 8 MiB. */
  maxRequestBytes?: number;
}

/** Told about failed tries that will be repeated, and about the first success after them. */
export interface SendHooks {
  onTrouble?(trouble: Trouble): void;
  onRecovered?(): void;
}

/** A broker will never accept these records: too large, a refused timestamp, no permission, no such topic. None of them was written. */
export class RecordsRefused extends Error {
  override readonly name: string = 'RecordsRefused';
  readonly topic: string;
  readonly partition: number;
  /** The protocol's name of the reason, e.g. MESSAGE_TOO_LARGE. */
  readonly type: string;

  constructor({ topic, partition }: TopicPartition, count: number, cause: ResponseError) {
    super(`${count} records for ${topic} partition ${partition} were refused: ${cause.type}`, { cause });
    this.topic = topic;
    this.partition = partition;
    this.type = cause.type;
  }
}

/** The broker no longer takes this producer for who it was, or cannot say what it did: nothing more can be sent without risking a gap or a repetition. */
const FATAL = new Set<number>([
  ErrorCode.unknownServerError,
  ErrorCode.outOfOrderSequence,
  ErrorCode.invalidProducerEpoch,
  ErrorCode.invalidTransactionState,
  ErrorCode.invalidProducerIdMapping,
  ErrorCode.unknownProducerId,
  ErrorCode.producerFenced,
]);

/** How long the leader may wait for its followers, ms. */
const REPLICATION_TIMEOUT_MS = 20_000;
/** How long a topic or partition may be unknown before records for it are refused, ms: a broker that just started knows none. */
const UNKNOWN_PARTITION_LIMIT_MS = 3_000;

/** Of all senders of the process: they take turns. */
const BUFFERS = new BufferPool();

interface QueuedBatch {
  writer: RecordBatchWriter;
  done(refused?: RecordsRefused): void;
  fail(error: Error): void;
}

interface PartitionQueue extends TopicPartition {
  batches: QueuedBatch[];
  isInFlight: boolean;
  /** Size of the batch sent last: what the next one will take, more or less. */
  lastBatchBytes: number;
  nextSequence: number;
  /** Node id; undefined while it must be asked for. */
  leader: number | undefined;
  unknownSinceMs: number | undefined;
}

/**
 * Writes record batches to the leaders of their partitions and repeats what was not acknowledged, each batch under the sequence numbers of its first
 * try, by which a broker recognises what it holds already. One batch a partition is on its way at a time, so that order holds; callers that send at
 * the same time share requests.
 */
export class RecordSender {
  readonly #session: ClusterSession;
  readonly #identity: ProducerIdentity;
  readonly #limits: Required<SendLimits>;
  readonly #hooks: SendHooks;
  /** By topic and partition. */
  readonly #queues = new Map<string, Map<number, PartitionQueue>>();
  readonly #waiting = new Set<PartitionQueue>();
  readonly #busyLeaders = new Set<number>();
  /** In a row. */
  #failures = 0;
  #isAskingForLeaders = false;
  #stopped: Error | undefined;

  constructor(session: ClusterSession, identity: ProducerIdentity, limits: SendLimits = {}, hooks: SendHooks = {}) {
    this.#session = session;
    this.#identity = identity;
    this.#limits = { maxBatchBytes: 1_000_000, maxRequestBytes: 8 * 1_048_576, ...limits };
    this.#hooks = hooks;
  }

  /**
   * Resolves once every record is acknowledged by all in-sync replicas; keeps trying until then. Rejects with RecordsRefused, once all else is
   * acknowledged, where a broker refuses some; with the reason where the sender was stopped or the broker gave the producer up. After the latter two
   * it is unknown what was written.
   */
  async send(topicMessages: readonly TopicMessages[]): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    const batches = this.#intoBatches(topicMessages);
    if (batches.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      let pending = batches.length;
      let firstRefused: RecordsRefused | undefined;
      const done = (refused?: RecordsRefused) => {
        firstRefused ??= refused;
        pending -= 1;
        if (pending > 0) return;
        if (firstRefused === undefined) resolve();
        else reject(firstRefused);
      };
      for (const { queue, writer } of batches) {
        queue.batches.push({ writer, done, fail: reject });
        this.#waiting.add(queue);
      }
      this.#pump();
    });
  }

  /** Rejects everything that is not acknowledged with `reason`, and every later send. */
  stop(reason: Error): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    for (const ofTopic of this.#queues.values()) {
      for (const queue of ofTopic.values()) for (const batch of queue.batches.splice(0)) batch.fail(reason);
    }
    this.#waiting.clear();
  }

  #intoBatches(topicMessages: readonly TopicMessages[]): { queue: PartitionQueue; writer: RecordBatchWriter }[] {
    const batches: { queue: PartitionQueue; writer: RecordBatchWriter }[] = [];
    const open = new Map<PartitionQueue, RecordBatchWriter>();
    for (const { topic, messages } of topicMessages) {
      let queue: PartitionQueue | undefined;
      let writer: RecordBatchWriter | undefined;
      for (const record of messages) {
        // Mostly all records of a topic go to the same partition.
        if (queue === undefined || queue.partition !== record.partition) {
          queue = this.#queueOf(topic, record.partition);
          writer = open.get(queue);
        }
        if (writer?.tryAdd(record)) continue;
        writer = new RecordBatchWriter(this.#limits.maxBatchBytes, BUFFERS, queue.lastBatchBytes);
        writer.tryAdd(record);
        open.set(queue, writer);
        batches.push({ queue, writer });
      }
    }
    return batches;
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    let ofTopic = this.#queues.get(topic);
    if (ofTopic === undefined) {
      ofTopic = new Map();
      this.#queues.set(topic, ofTopic);
    }
    let queue = ofTopic.get(partition);
    if (queue === undefined) {
      queue = {
        topic,
        partition,
        batches: [],
        isInFlight: false,
        lastBatchBytes: 0,
        nextSequence: 0,
        leader: undefined,
        unknownSinceMs: undefined,
      };
      ofTopic.set(partition, queue);
    }
    return queue;
  }

  /** Starts a request to every leader that has none on its way and something to get. */
  #pump(): void {
    if (this.#stopped !== undefined) return;
    const byLeader = new Map<number, PartitionQueue[]>();
    let isLeaderUnknown = false;
    for (const queue of this.#waiting) {
      if (queue.isInFlight) continue;
      if (queue.leader === undefined) {
        isLeaderUnknown = true;
      } else if (!this.#busyLeaders.has(queue.leader)) {
        const ofLeader = byLeader.get(queue.leader);
        if (ofLeader === undefined) byLeader.set(queue.leader, [queue]);
        else ofLeader.push(queue);
      }
    }
    for (const [leader, queues] of byLeader) void this.#sendTo(leader, this.#withinRequestLimit(queues));
    if (isLeaderUnknown) void this.#askForLeaders();
  }

  #withinRequestLimit(queues: readonly PartitionQueue[]): PartitionQueue[] {
    const chosen: PartitionQueue[] = [];
    let bytes = 0;
    for (const queue of queues) {
      bytes += queue.batches[0]!.writer.sizeBytes + BATCH_OVERHEAD_BYTES;
      if (chosen.length > 0 && bytes > this.#limits.maxRequestBytes) break;
      chosen.push(queue);
    }
    return chosen;
  }

  async #sendTo(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    this.#busyLeaders.add(leader);
    for (const queue of queues) queue.isInFlight = true;
    try {
      const results = await this.#request(leader, queues);
      for (const queue of queues) this.#settle(queue, results.get(partitionKey(queue)));
    } catch (error) {
      for (const queue of queues) queue.leader = undefined;
      this.#trouble(queues, error as Error);
    } finally {
      this.#busyLeaders.delete(leader);
      for (const queue of queues) queue.isInFlight = false;
    }
    this.#pump();
  }

  async #request(leader: number, queues: readonly PartitionQueue[]): Promise<Map<string, number>> {
    const broker = await this.#session.broker(leader);
    const { producerId, producerEpoch, transactionalId } = this.#identity;
    const batches = queues.flatMap(({ topic, partition, batches: [head], nextSequence }) => {
      // Stopped meanwhile.
      if (head === undefined) return [];
      const stamp = { producerId, producerEpoch, firstSequence: nextSequence, isTransactional: transactionalId !== null };
      return [{ topic, partition, bytes: head.writer.stamp(stamp) }];
    });
    if (batches.length === 0) return new Map();
    const parts = encodeProduceRequest(transactionalId, REPLICATION_TIMEOUT_MS, batches);
    const results = await sendProduce(broker, parts, decodeProduceResponse);
    return new Map(results.map((result) => [partitionKey(result), result.errorCode]));
  }

  #settle(queue: PartitionQueue, errorCode: number | undefined): void {
    const head = queue.batches[0];
    if (this.#stopped !== undefined || head === undefined) return;
    if (errorCode === 0 || errorCode === ErrorCode.duplicateSequence) {
      queue.nextSequence = sequenceAfter(queue.nextSequence, head.writer.count);
      queue.lastBatchBytes = head.writer.sizeBytes;
      // The broker has read the request to its end: nothing of the batch waits to be sent.
      head.writer.release();
      queue.unknownSinceMs = undefined;
      this.#shift(queue).done();
      if (this.#failures > 0) this.#hooks.onRecovered?.();
      this.#failures = 0;
      return;
    }
    const error = new ResponseError(`Produce to ${queue.topic} partition ${queue.partition}`, errorCode ?? ErrorCode.unknownServerError);
    if (FATAL.has(error.code)) {
      this.stop(error);
    } else if (error.retriable) {
      queue.leader = undefined;
      this.#trouble([queue], error);
    } else {
      this.#shift(queue).done(new RecordsRefused(queue, head.writer.count, error));
    }
  }

  #shift(queue: PartitionQueue): QueuedBatch {
    const head = queue.batches.shift()!;
    if (queue.batches.length === 0) this.#waiting.delete(queue);
    return head;
  }

  #trouble(queues: readonly PartitionQueue[], error: Error): void {
    if (this.#stopped !== undefined) return;
    this.#failures += 1;
    this.#hooks.onTrouble?.({ what: queues.map(partitionKey), error, attempts: this.#failures });
  }

  async #askForLeaders(): Promise<void> {
    if (this.#isAskingForLeaders) return;
    this.#isAskingForLeaders = true;
    if (this.#failures > 0) await delay(pauseMs(this.#failures));
    const asked = [...this.#waiting].filter(({ leader }) => leader === undefined);
    try {
      const partitions = await this.#session.partitionsOf([...new Set(asked.map(({ topic }) => topic))]);
      for (const queue of asked) {
        const found = partitions.get(queue.topic)?.find(({ partitionId }) => partitionId === queue.partition);
        if (found === undefined) this.#refuseIfLongUnknown(queue);
        else if (found.leader >= 0) queue.leader = found.leader;
      }
      const leaderless = asked.filter(({ leader, batches }) => leader === undefined && batches.length > 0);
      if (leaderless.length > 0) this.#trouble(leaderless, new Error('no broker leads these partitions'));
    } catch (error) {
      this.#trouble(asked, error as Error);
      await this.#session.repairAfter(error);
    } finally {
      this.#isAskingForLeaders = false;
    }
    this.#pump();
  }

  #refuseIfLongUnknown(queue: PartitionQueue): void {
    queue.unknownSinceMs ??= performance.now();
    if (performance.now() - queue.unknownSinceMs < UNKNOWN_PARTITION_LIMIT_MS) return;
    const error = new ResponseError(`Produce to ${queue.topic} partition ${queue.partition}`, ErrorCode.unknownTopicOrPartition);
    while (queue.batches.length > 0) {
      const { writer, done } = this.#shift(queue);
      done(new RecordsRefused(queue, writer.count, error));
    }
    queue.unknownSinceMs = undefined;
  }
}

/** Sequence numbers are 31 bits and start again at 0. */
function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000;
}
