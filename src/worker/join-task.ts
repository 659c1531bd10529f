import type { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import type { JoinState, CorrelationMatrix as MatrixRecord } from '../codec/generated/records.ts';
import type { JoinedReturn } from '../codec/return-reader.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import { MatrixHeaders } from '../lineage/matrix-headers.ts';
import type { Log } from '../log.ts';
import { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import type { JoinStage } from '../runtime/join-stage.ts';
import { OutputBuffer } from '../runtime/output-buffer.ts';
import type { CommitBatch, InputBatch, InputRecord, InputRecords } from '../runtime/ports.ts';
import type { ChangelogPartition, TaskLogic } from '../runtime/task.ts';
import { JoinInput } from './join-input.ts';
import { JoinLinks } from './join-links.ts';
import { joinSealKey, savedJoin, toJoinStates } from './join-state.ts';
import { fromNullable } from './nullable.ts';
import type { OutputCodec } from './output-codec.ts';
import { SavedState } from './saved-state.ts';

/** What a join without state of its own needs of the newest matrix it has written. */
export type LastMatrix = Pick<MatrixRecord, 'version' | 'window_end'>;

/** What a join task is made of. */
export interface JoinTaskOptions {
  readonly stage: JoinStage;
  /** features-tier1 as Kafka knows it. */
  readonly input: string;
  /** The partition of features-tier1 that carries a symbol of the universe. */
  readonly partitionOf: (symbol: string) => number;
  readonly output: { readonly topic: string; readonly partition: number };
  readonly changelog: ChangelogPartition;
  readonly codec: OutputCodec;
  /** The newest matrix of this join in the output topic, null where there is none. */
  readonly lastMatrix: () => Promise<LastMatrix | null>;
  readonly decoder: RecordDecoder<JoinedReturn>;
  /** T's that may be pending before symbols that run ahead are paused. */
  readonly maxPending: number;
  /** Bytes of matrices that may wait for a commit before no more go out. */
  readonly commitBytes: number;
  readonly log: Log;
}

/** The work of one (universe, timeframe): tier-1 records of its symbols to versioned matrices. */
export class JoinTask implements TaskLogic {
  readonly stage: JoinStage;
  readonly inputs: ReadonlyMap<number, JoinInput>;
  /** Tier-1 records of the timeframe and universe taken so far, matrices emitted, and records that could not be read. */
  taken = 0;
  emitted = 0;
  unreadable = 0;
  readonly #options: JoinTaskOptions;
  readonly #outputs = new OutputBuffer();
  readonly #headers: MatrixHeaders;
  readonly #links: JoinLinks;
  readonly #saved: SavedState<JoinState>;
  /** Matrices up to this T have been written by an earlier run, which had come to this version; null where nothing is held back. */
  #heldBack: { readonly upTo: number; readonly version: number } | null = null;
  readonly #key: string;
  readonly #hasRoom = (): boolean => !this.isFull();
  readonly #emit = (matrix: CorrelationMatrix): void => this.#write(matrix);

  constructor(options: JoinTaskOptions) {
    const { universe, timeframe } = options.stage.slot;
    this.#options = options;
    this.stage = options.stage;
    this.#key = `${universe.name}/${timeframe}`;
    this.#saved = new SavedState((values) => options.codec.readJoinStates(values, options.stage.slot), joinSealKey(options.stage.slot));
    const partitions = universe.symbols.map((name) => options.partitionOf(name));
    const byPartition = Map.groupBy(universe.symbols.keys(), (index) => partitions[index]!);
    this.#headers = new MatrixHeaders(options.input, partitions, { topic: options.output.topic, key: this.#key });
    this.#links = new JoinLinks(partitions.length);
    this.inputs = new Map([...byPartition].map(([partition, symbols]) => [partition, new JoinInput(partition, symbols)]));
  }

  restore(_changelog: ChangelogPartition, record: InputRecord): void {
    this.#saved.add(record);
  }

  /**
   * Takes over the saved state. Where it was made under other settings, or is lost though matrices have been written, the join is made again
   * from the retained tier-1 records: matrices up to the newest written T are held back, and versions go on from its version.
   */
  async restored(): Promise<void> {
    const { isUsable } = await this.#saved.load(({ rows }) => rows);
    if (isUsable && this.#resume(this.#saved.records)) {
      this.#saved.take();
    } else {
      const last = await this.#options.lastMatrix();
      if (last !== null) this.#heldBack = { upTo: last.window_end, version: last.version };
      this.#saved.discard();
    }
  }

  /**
   * Takes consecutive records of a tier-1 partition; their schemas have been prepared. Matrices wait for the next commit; where that is full,
   * T's that could go out stay held until `poll`.
   */
  process(batch: InputBatch): void {
    const input = this.inputs.get(batch.partition);
    if (input === undefined) return;
    for (let i = 0; i < batch.records.length; i++) this.#record(batch.records, i, input);
    input.position = batch.nextOffset;
    this.poll();
  }

  /** Emits what can go out now, after symbols were found to be worked off or a commit has made room. */
  poll(): void {
    const { join } = this.stage;
    join.poll(this.#emit, this.#hasRoom);
    for (const input of this.inputs.values()) input.emitted(join.newestEmitted);
  }

  /**
   * True where all symbols of the partition are so far ahead of the slowest that reading on would only fill memory. A partition with a
   * symbol that holds the oldest T back is never ahead: what that symbol still has must come through.
   */
  isAhead(input: JoinInput): boolean {
    const { join } = this.stage;
    const oldest = join.oldestPendingTimestamp;
    if (oldest === null || join.pendingRows <= this.#options.maxPending) return false;
    return input.symbols.every((symbol) => join.lastDelivered(symbol) >= oldest);
  }

  hasWork(): boolean {
    // A rebuild commits nothing before it is through: cut off, it begins anew.
    if (this.#heldBack !== null && this.stage.join.newestEmitted < this.#heldBack.upTo) return false;
    return this.#outputs.records > 0 || this.stage.join.hasChanges;
  }

  isFull(): boolean {
    return this.#outputs.bytes >= this.#options.commitBytes;
  }

  takeCommit(): CommitBatch {
    const { join } = this.stage;
    const changelog = new ChangelogBuffer();
    const { topic, partition: ownPartition } = this.#options.changelog;
    this.#saved.writeRepairs(changelog, topic, ownPartition);
    const changes = join.takeChanges();
    const positions = [...this.inputs.values()].flatMap(({ partition, savedPosition: offset }) =>
      offset === null ? [] : [{ partition, offset }],
    );
    for (const { place, timestampUtc, body } of changes === null ? [] : toJoinStates(changes, join.newestEmitted)) {
      changelog.add(topic, {
        partition: ownPartition,
        key: `${this.#key}/${place}`,
        value: this.#options.codec.joinState(this.stage.slot, positions, body),
        timestamp: Math.max(0, timestampUtc),
      });
    }
    return { outputs: this.#outputs.take(), changelog: changelog.take(), positions: [] };
  }

  /** Goes on from saved records; false, with nothing taken over, where they are no whole state. */
  #resume(records: readonly JoinState[]): boolean {
    const saved = savedJoin(records);
    if (saved === null || !saved.isWhole) return false;
    this.stage.join.restore(saved.rows, saved.counters);
    for (const { partition, offset } of saved.positions) {
      const input = this.inputs.get(partition);
      if (input !== undefined) input.position = offset;
    }
    return true;
  }

  #record(records: InputRecords, i: number, input: JoinInput): void {
    const offset = records.offset(i);
    let row: JoinedReturn;
    try {
      row = this.#options.decoder.decodeAt(records, i);
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      // Only our own stages write this topic; a stranger's record is passed over, and said so.
      this.unreadable++;
      this.#options.log.warn({ partition: input.partition, offset, reason: error.reason }, 'tier-1 record cannot be read');
      return;
    }
    if (row.timeframe !== this.stage.slot.timeframe) return;
    const symbol = this.stage.indexOf(row.symbol);
    if (symbol === undefined) return;
    this.taken++;
    this.#deliver(symbol, offset, row, input);
  }

  #deliver(symbol: number, offset: number, { timestamp_utc: timestampUtc, log_return_1 }: JoinedReturn, input: JoinInput): void {
    const { join } = this.stage;
    const isLate = timestampUtc <= join.newestEmitted;
    input.delivered(offset, timestampUtc);
    join.deliver(symbol, timestampUtc, fromNullable(log_return_1));
    if (isLate) {
      this.#links.late(symbol, offset);
      // At once, so that the corrections it asks for are known to be its own.
      this.poll();
    } else {
      this.#links.pending(timestampUtc, symbol, offset);
    }
  }

  #write(matrix: CorrelationMatrix): void {
    const joined = this.#links.take(matrix.windowEnd);
    if (this.#heldBack !== null && matrix.windowEnd <= this.#heldBack.upTo) {
      this.stage.join.continueFrom(this.#heldBack.version);
      return;
    }
    this.emitted++;
    this.#outputs.add(this.#options.output.topic, {
      partition: this.#options.output.partition,
      key: this.#key,
      value: this.#options.codec.matrix(matrix),
      timestamp: Math.max(0, matrix.windowEnd),
      encodedHeaders: this.#headers.encode(matrix.version, joined),
    });
  }
}
