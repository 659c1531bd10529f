import { type StageSet, type StageSetName, type Topology, transactionalId } from '../../topology/fx.ts';
import type { PartitionTable } from '../../topology/partition-table.ts';
import type { Settings } from '../../topology/settings.ts';
import type { TopicRole } from '../../topology/topics.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { type CleanOhlcv, type RecordSchema, schemas } from '../codec/generated/records.ts';
import type { RegistryOutages } from '../codec/registry-outages.ts';
import { type JoinedReturn, returnReader } from '../codec/return-reader.ts';
import { TickDecoder } from '../codec/tick-decoder.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import { findLastRecord } from '../kafka/last-record.ts';
import { LogReader } from '../kafka/log-reader.ts';
import type { Log } from '../log.ts';
import { JoinStage } from '../runtime/join-stage.ts';
import type { PartitionRef, TaskPorts } from '../runtime/ports.ts';
import { type ChangelogPartition, Task } from '../runtime/task.ts';
import { BarTask } from './bar-task.ts';
import { DEAD_LETTERS_PARTITION } from './dead-letters.ts';
import type { FeatureTopics } from './feature-work.ts';
import { HaltLimits } from './halt-limits.ts';
import type { Halts } from './halts.ts';
import type { CommitLimits } from './input-progress.ts';
import type { InputTask } from './input-task.ts';
import { JoinLoop } from './join-loop.ts';
import { JoinTask, type LastMatrix } from './join-task.ts';
import type { OutputCodec } from './output-codec.ts';
import { type Hop, SilentSymbols } from './silent-symbols.ts';
import { inputTaskName, joinTaskName } from './task-names.ts';
import type { SharedClients } from './task-ports.ts';
import { TickTask } from './tick-task.ts';

/** The fields of a tier-1 record that the join reads. */
const JOINED_FIELDS: ReadonlySet<string> = new Set(['symbol', 'timeframe', 'timestamp_utc', 'log_return_1']);
/** The fields of a matrix that a join without state reads. */
const LAST_MATRIX_FIELDS: ReadonlySet<string> = new Set(['version', 'window_end']);
const JOIN_FETCH_WAIT_MS = 100;

/** What every task of a worker is made from. */
export interface TaskParts {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly set: StageSet;
  readonly table: PartitionTable;
  readonly codec: OutputCodec;
  readonly schemas: SchemaSource;
  readonly clients: SharedClients;
  readonly ports: TaskPorts;
  readonly halts: Halts;
  readonly outages: RegistryOutages;
  readonly log: Log;
}

/** What a task over an input partition is made of. */
interface InputWork {
  readonly logic: InputTask;
  readonly changelogs: readonly ChangelogPartition[];
  readonly outputs: readonly PartitionRef[];
}

/** Makes the tasks of a worker from the topology: which stages they run, which changelogs they restore from, where they write. */
export class TaskFactory {
  readonly #parts: TaskParts;
  readonly #tickDecoder: TickDecoder;
  readonly #barDecoder: RecordDecoder<CleanOhlcv>;
  readonly #returnDecoder: RecordDecoder<JoinedReturn>;
  readonly #matrixDecoder: RecordDecoder<LastMatrix>;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.#tickDecoder = new TickDecoder(parts.schemas);
    this.#barDecoder = new RecordDecoder(parts.schemas, schemas['clean-ohlcv']);
    this.#returnDecoder = new RecordDecoder(parts.schemas, withFields(schemas['features-tier1'], JOINED_FIELDS), returnReader());
    this.#matrixDecoder = new RecordDecoder(parts.schemas, withFields(schemas['features-tier2'], LAST_MATRIX_FIELDS));
  }

  /** The task of one partition of ticks (sets `all`, `clean`) or clean-ohlcv (set `tier1`). */
  inputTask(role: TopicRole, partition: number, onFailure: (error: unknown) => void): Task<InputTask> {
    const { set, ports, log } = this.#parts;
    const { logic, outputs, changelogs } = role === 'ticks' ? this.#tickTask(partition) : this.#barTask(partition);
    const input = { groupId: set.groupId, topic: this.#topic(role), partition };
    const id = transactionalId(set, role, partition);
    const spec = { name: inputTaskName(role, partition), transactionalId: id, changelogs, outputs, input };
    return new Task<InputTask>(spec, logic, ports, log, onFailure);
  }

  /** The task of one join, by its partition of join-changelog. */
  joinTask(partition: number, onFailure: (error: unknown) => void): Task<JoinTask> {
    const { set, settings, topology, codec, ports, log } = this.#parts;
    const stage = new JoinStage(topology.joins[partition]!, settings.domain);
    const { universe, timeframe } = stage.slot;
    const changelog = { topic: this.#topic('join-changelog'), partition };
    const output = { topic: this.#topic('features-tier2'), partition: partition % topology.topics['features-tier2'].partitions };
    const logic = new JoinTask({
      stage,
      input: this.#topic('features-tier1'),
      partitionOf: (symbol) => this.#partitionOf(symbol),
      output,
      changelog,
      codec,
      lastMatrix: () => this.#lastMatrix(output, `${universe.name}/${timeframe}`),
      decoder: this.#returnDecoder,
      maxPending: settings.runtime.joinMaxPending,
      commitBytes: settings.runtime.commitBytes,
      log,
    });
    const id = transactionalId(set, 'join-changelog', partition);
    const spec = { name: joinTaskName(stage.slot), transactionalId: id, changelogs: [changelog], outputs: [output], input: null };
    return new Task(spec, logic, ports, log, onFailure);
  }

  /** What feeds a join's task. */
  joinLoop(task: Task<JoinTask>, onFatal: (error: unknown) => void): JoinLoop {
    const { clients, halts, outages, log } = this.#parts;
    const topic = this.#topic('features-tier1');
    const silent = new SilentSymbols(task.logic.stage, this.#hops(), topic, (symbol) => this.#partitionOf(symbol), {
      highWatermark: async (name, partition) => (await clients.admin.watermarks(name))[partition]!.high,
      committed: async (groupId, name, partition) => (await clients.admin.committedOffsets(groupId, name))[partition] ?? null,
      isHaltedByName: (partition) => halts.isHaltedByName(partition),
    });
    const reader = new LogReader(clients.connection, log, this.#readerLimits());
    return new JoinLoop(task, topic, reader, this.#returnDecoder, silent, halts, outages, log, onFatal);
  }

  async #lastMatrix({ topic, partition }: { topic: string; partition: number }, key: string): Promise<LastMatrix | null> {
    const { clients, log } = this.#parts;
    const reader = new LogReader(clients.connection, log, this.#readerLimits());
    try {
      await reader.connect();
      const record = await findLastRecord(reader, topic, partition, key);
      if (record === null) return null;
      await this.#matrixDecoder.prepare([record.value]);
      return this.#matrixDecoder.decode(record.value);
    } finally {
      await reader.close();
    }
  }

  #readerLimits(): { isolation: 'read_committed'; maxBytes: number; maxBytesPerPartition: number; maxWaitMs: number } {
    const { fetchMaxBytes, fetchMaxBytesPerPartition } = this.#parts.settings.runtime;
    return {
      isolation: 'read_committed',
      maxBytes: fetchMaxBytes,
      maxBytesPerPartition: fetchMaxBytesPerPartition,
      maxWaitMs: JOIN_FETCH_WAIT_MS,
    };
  }

  #commitLimits(): CommitLimits {
    const { commitRecords, commitBytes } = this.#parts.settings.runtime;
    return { records: commitRecords, bytes: commitBytes };
  }

  #tickTask(partition: number): InputWork {
    const { set, settings, topology, table, codec } = this.#parts;
    const clean = {
      partition,
      input: this.#topic('ticks'),
      output: this.#topic('clean-ohlcv'),
      deadLetters: this.#topic('dead-letters'),
      changelog: this.#topic('clean-changelog'),
    };
    const features = set.stages.includes('tier1') ? this.#featureTopics(partition) : null;
    const { aheadMs, idleMs } = settings.live;
    const logic = new TickTask({
      domain: settings.domain,
      groupId: set.groupId,
      clean,
      features,
      table,
      // Moved or refused once, by the main pipeline: a variant takes the tick where that puts it.
      misrouted: topology.suffix === null ? settings.misrouted : 'ignore',
      maxTickBytes: settings.topics.maxMessageBytes,
      codec,
      decoder: this.#tickDecoder,
      live: aheadMs === null ? null : () => ({ nowMs: Date.now(), aheadMs }),
      idleMs,
      commitLimits: this.#commitLimits(),
      haltLimits: this.#haltLimits(partition),
    });
    const changelogs = [{ topic: clean.changelog, partition }];
    const outputs = [{ topic: clean.output, partition }, this.#deadLetters()];
    if (features !== null) {
      changelogs.push({ topic: features.changelog, partition });
      outputs.push({ topic: features.output, partition });
    }
    return { logic, changelogs, outputs };
  }

  #haltLimits(partition: number): HaltLimits | null {
    const { settings, topology, table, halts } = this.#parts;
    // A variant on trial follows halts; it does not stop the main pipeline.
    if (topology.suffix !== null || !HaltLimits.areSet(settings.halts)) return null;
    const owner = settings.symbols[partition - settings.sharedPartitions] ?? null;
    return new HaltLimits(settings.halts, partition, owner, table, halts.halt);
  }

  #barTask(partition: number): InputWork {
    const { set, settings, codec } = this.#parts;
    const features = this.#featureTopics(partition);
    const logic = new BarTask({
      settings: settings.domain.features,
      groupId: set.groupId,
      input: this.#topic('clean-ohlcv'),
      deadLetters: this.#topic('dead-letters'),
      features,
      codec,
      decoder: this.#barDecoder,
      commitLimits: this.#commitLimits(),
    });
    const outputs = [{ topic: features.output, partition }, this.#deadLetters()];
    return { logic, changelogs: [{ topic: features.changelog, partition }], outputs };
  }

  #deadLetters(): PartitionRef {
    return { topic: this.#topic('dead-letters'), partition: DEAD_LETTERS_PARTITION };
  }

  #featureTopics(partition: number): FeatureTopics {
    return { partition, output: this.#topic('features-tier1'), changelog: this.#topic('tier1-changelog') };
  }

  /** The groups between ticks and the join's input, as the running stage sets have split the stages. */
  #hops(): Hop[] {
    const { topology, set } = this.#parts;
    const hop = (role: TopicRole, name: StageSetName): Hop => ({ topic: this.#topic(role), groupId: topology.stageSets[name].groupId });
    return set.name === 'all' ? [hop('ticks', 'all')] : [hop('ticks', 'clean'), hop('clean-ohlcv', 'tier1')];
  }

  /** Settings in which a universe names a symbol without a partition are refused when they are read. */
  #partitionOf(symbol: string): number {
    return this.#parts.table.partitionOf(symbol)!;
  }

  #topic(role: TopicRole): string {
    return this.#parts.topology.topics[role].name;
  }
}

/** A reader's schema with these fields only: the others are skipped, not decoded. */
function withFields(schema: RecordSchema, names: ReadonlySet<string>): RecordSchema {
  return { ...schema, fields: schema.fields.filter(({ name }) => names.has(name)) };
}
