/**
 * What a task needs of the world, as interfaces: src/kafka gives the real ones, tests give simulated ones. Nothing here knows a client library.
 */

/** Header of a record, in the order it was sent. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A record as read from a partition. */
export interface InputRecord {
  readonly offset: number;
  /** Record time, UTC epoch ms. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * Consecutive records as they lie in the bytes that were read. To go through them makes an object of each; a hot path takes the positions
 * instead.
 */
export interface InputRecords extends Iterable<InputRecord> {
  readonly length: number;
  /** What the positions are positions in. */
  readonly bytes: Buffer;
  offset(i: number): number;
  /** Record time, UTC epoch ms. */
  timestamp(i: number): number;
  /** Where key and value of record i begin in `bytes`, -1 where null, and where they end. */
  keyStart(i: number): number;
  keyEnd(i: number): number;
  valueStart(i: number): number;
  valueEnd(i: number): number;
  /** The headers of record i, decoded at every call; where it has none this costs nothing. */
  headers(i: number): readonly RecordHeader[];
  /** Record i as an object of its own, whose buffers are views of `bytes`. */
  at(i: number): InputRecord;
  /**
   * Whoever has worked off all records may say so: their memory, `bytes` included, serves the next ones. The list is empty from then on, and what was
   * to be kept of a record has been copied.
   */
  release(): void;
}

/** Consecutive records of one partition, and where reading goes on. */
export interface InputBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: InputRecords;
  /** The next offset to read: control and aborted records count, so it can advance where `records` is empty. */
  readonly nextOffset: number;
}

/** One partition of one topic. */
export interface PartitionRef {
  readonly topic: string;
  readonly partition: number;
}

/** A record to be written. */
export interface OutputRecord {
  readonly partition: number;
  readonly key: Buffer | string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  /** Record time, UTC epoch ms, at least 0. */
  readonly timestamp: number;
  readonly headers?: readonly RecordHeader[];
  /** In the place of `headers`: those of a stage's output, as the bytes of a record batch (src/lineage). */
  readonly encodedHeaders?: Buffer;
}

/** Records to be written to one topic, in order. */
export interface TopicOutput {
  readonly topic: string;
  readonly records: readonly OutputRecord[];
}

/** A position of a consumer group: the next offset to read. */
export interface GroupPosition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Everything that one step of a task makes durable: as one transaction (exactly_once), or in this order (at_least_once). */
export interface CommitBatch {
  readonly outputs: readonly TopicOutput[];
  readonly changelog: readonly TopicOutput[];
  readonly positions: readonly GroupPosition[];
}

/** The holder of one transactional id. */
export interface TaskProducer {
  /**
   * Writes outputs ahead of the commit that saves the state and position they belong to; what it throws is as for a commit. Absent where nothing may be
   * readable before it is committed.
   */
  writeAhead?(outputs: readonly TopicOutput[]): Promise<void>;
  /**
   * Makes the batch durable.
   * @throws FencedError where another holder has taken over, any other error where the outcome is unknown; the producer is unusable then.
   */
  commit(batch: CommitBatch): Promise<void>;
  /** Gives up the transactional id without a commit; never throws. */
  dispose(): Promise<void>;
}

/** Another holder of the transactional id has taken over: this one must stop and may not go on by itself. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The points of a task's protocol that a fault can be injected at (ARBITREX_FAULT, docs/reliability.md); the last three only at least once. */
export const TASK_STEPS = [
  'after-fence',
  'after-offset',
  'after-restore',
  'before-commit',
  'after-produce',
  'before-end-transaction',
  'after-commit',
  'after-outputs',
  'after-changelog',
  'after-positions',
] as const;
export type TaskStep = (typeof TASK_STEPS)[number];

/** Told when a task has come to a step. */
export type OnTaskStep = (step: TaskStep) => void;

/** Who a task is to Kafka: its transactional id, and what the transactions under it write to. */
export interface TaskIdentity {
  readonly transactionalId: string;
  readonly partitions: readonly PartitionRef[];
  readonly groups: readonly string[];
}

/** What starting a task takes. */
export interface TaskPorts {
  /** Absent but in fault tests. */
  readonly onStep?: OnTaskStep | undefined;
  /**
   * Takes the transactional id, fencing any earlier holder and ending whatever transaction of it is still open somewhere. Aborted before it is
   * taken, it is left alone: by then it is another's.
   */
  fence(identity: TaskIdentity, signal: AbortSignal): Promise<TaskProducer>;
  /** The group's position, null where it has none. To be read after fencing (an earlier holder may still have been committing). */
  committedOffset(groupId: string, topic: string, partition: number): Promise<number | null>;
  /** Reads a changelog partition from its start to its last stable offset. */
  readChangelog(topic: string, partition: number, onRecord: (record: InputRecord) => void): Promise<void>;
}
