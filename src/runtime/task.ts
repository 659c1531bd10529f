import type { Log } from '../log.ts';
import {
  type CommitBatch,
  FencedError,
  type InputRecord,
  type PartitionRef,
  type TaskIdentity,
  type TaskPorts,
  type TaskProducer,
  type TopicOutput,
} from './ports.ts';

/** Where a task stands in its protocol. */
export type TaskPhase = 'created' | 'fencing' | 'restoring' | 'running' | 'draining' | 'stopped' | 'failed';

/**
 * Every step a task may take. Fencing comes before offsets and state are read, or an earlier holder could still change them; a failed task
 * never goes on by itself: whoever owns it asks the group first and then starts a new one.
 */
export const TASK_TRANSITIONS: Readonly<Record<TaskPhase, readonly TaskPhase[]>> = {
  created: ['fencing', 'stopped'],
  fencing: ['restoring', 'failed', 'stopped'],
  restoring: ['running', 'failed', 'stopped'],
  running: ['draining', 'failed', 'stopped'],
  draining: ['stopped', 'failed'],
  stopped: [],
  failed: ['stopped'],
};

/** A changelog partition that a task restores from. */
export type ChangelogPartition = PartitionRef;

/** What a task does with its records: the stages it runs, their state, and what waits for the next commit. */
export interface TaskLogic {
  /** One record of a changelog, in order; a later record of a key replaces an earlier one, a null value deletes it. */
  restore(changelog: ChangelogPartition, record: InputRecord): void;
  /** All changelogs have been read. `committed` is the group's position of the task's input, null where it has none or uses none. */
  restored(committed: number | null): Promise<void>;
  /** True where a commit would make something durable. */
  hasWork(): boolean;
  /** True where no more input should be taken before the next commit. */
  isFull(): boolean;
  /** Hands over what the next commit makes durable. The task goes on while it is under way. */
  takeCommit(): CommitBatch;
}

/** What one task is. */
export interface TaskSpec {
  /** For logs and status, e.g. `ticks-3`. */
  readonly name: string;
  readonly transactionalId: string;
  readonly changelogs: readonly ChangelogPartition[];
  /** Partitions that every transaction may write to beside the changelogs; not those that ticks are sent on to. */
  readonly outputs: readonly PartitionRef[];
  /** The group's input partition whose position the task commits; null where positions are in its own state. */
  readonly input: { readonly groupId: string; readonly topic: string; readonly partition: number } | null;
}

/**
 * The protocol of one task, the unit of work and of ownership: fence → read the committed position → restore → work, with outputs, state and
 * position made durable together. One commit is under way at a time, and the task works on meanwhile. Any error in a commit ends the task:
 * its producer is disposed of and its memory is void.
 */
export class Task<Logic extends TaskLogic> {
  readonly spec: TaskSpec;
  readonly logic: Logic;
  /** Commits made durable so far. */
  commits = 0;
  readonly #ports: TaskPorts;
  readonly #log: Log;
  readonly #onFailure: (error: unknown) => void;
  #phase: TaskPhase = 'created';
  #producer: TaskProducer | null = null;
  #inFlight: Promise<void> | null = null;
  /** Outputs are written whose state and position are not. */
  #isAhead = false;
  readonly #stopped = new AbortController();

  /** `onFailure` is called once, when the task enters `failed`. */
  constructor(spec: TaskSpec, logic: Logic, ports: TaskPorts, log: Log, onFailure: (error: unknown) => void) {
    this.spec = spec;
    this.logic = logic;
    this.#ports = ports;
    this.#log = log;
    this.#onFailure = onFailure;
  }

  get phase(): TaskPhase {
    return this.#phase;
  }

  /** Fences, reads the committed position and restores; `running` when it resolves, unless it was stopped meanwhile. Throws where it failed. */
  async start(): Promise<void> {
    try {
      this.#enter('fencing');
      const producer = await this.#ports.fence(this.#identity(), this.#stopped.signal);
      if (this.#isOver()) return await producer.dispose();
      this.#producer = producer;
      this.#ports.onStep?.('after-fence');
      const { input } = this.spec;
      const committed = input === null ? null : await this.#ports.committedOffset(input.groupId, input.topic, input.partition);
      if (this.#isOver()) return;
      this.#ports.onStep?.('after-offset');
      this.#enter('restoring');
      for (const changelog of this.spec.changelogs) {
        await this.#ports.readChangelog(changelog.topic, changelog.partition, (record) => this.logic.restore(changelog, record));
        if (this.#isOver()) return;
      }
      await this.logic.restored(committed);
      if (this.#isOver()) return;
      this.#ports.onStep?.('after-restore');
      this.#enter('running');
    } catch (error) {
      if (this.#isOver()) return;
      await this.#fail(error, false);
      throw error;
    }
  }

  /** Starts a commit of what waits, unless one is under way or there is nothing. Resolves when that commit has ended, however it ended. */
  async commit(): Promise<void> {
    if (this.#phase !== 'running' && this.#phase !== 'draining') return;
    if (this.#inFlight !== null || !this.hasWork) return this.#inFlight ?? undefined;
    await this.#alone(() => this.#commit(this.#producer!));
  }

  /**
   * Writes outputs ahead of the commit that saves their state and position, where the producer can. Only while the task runs and no commit is under way.
   * Resolves when they are written or the task has failed.
   */
  async writeAhead(outputs: readonly TopicOutput[]): Promise<void> {
    this.#isAhead = true;
    await this.#alone(() => this.#producer!.writeAhead!(outputs));
  }

  /** True where a commit would make something durable. A bar that the clock closes moves no position: once it is written ahead, only its state waits. */
  get hasWork(): boolean {
    return this.#isAhead || this.logic.hasWork();
  }

  /** True while a commit, or the writing of outputs ahead of one, is under way. */
  get isCommitting(): boolean {
    return this.#inFlight !== null;
  }

  /** Commits what waits and lets go of the transactional id. Resolves in `stopped` or `failed`. */
  async drain(): Promise<void> {
    if (this.#phase === 'running') {
      this.#enter('draining');
      while (this.phase === 'draining' && (this.#inFlight !== null || this.hasWork)) await this.commit();
    }
    await this.stop();
  }

  /** Lets go of the transactional id at once; what was not committed is left to the next holder. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopped') return;
    this.#enter('stopped');
    this.#stopped.abort();
    await this.#disposeProducer();
  }

  /** Runs what must not run beside a commit; an error of it ends the task. */
  async #alone(act: () => Promise<void>): Promise<void> {
    const guarded = async (): Promise<void> => {
      try {
        await act();
      } catch (error) {
        if (!this.#isOver()) await this.#fail(error, true);
      }
    };
    this.#inFlight = guarded();
    try {
      await this.#inFlight;
    } finally {
      this.#inFlight = null;
    }
  }

  async #commit(producer: TaskProducer): Promise<void> {
    this.#isAhead = false;
    const batch = this.logic.takeCommit();
    this.#ports.onStep?.('before-commit');
    await producer.commit(batch);
    this.commits++;
    this.#ports.onStep?.('after-commit');
  }

  async #fail(error: unknown, tell: boolean): Promise<void> {
    this.#enter('failed');
    this.#log.warn({ task: this.spec.name, fenced: error instanceof FencedError, error: String(error) }, 'task failed');
    await this.#disposeProducer();
    if (tell) this.#onFailure(error);
  }

  async #disposeProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    await producer?.dispose();
  }

  #identity(): TaskIdentity {
    const { transactionalId, outputs, changelogs, input } = this.spec;
    return { transactionalId, partitions: [...outputs, ...changelogs], groups: input === null ? [] : [input.groupId] };
  }

  #isOver(): boolean {
    return this.#phase === 'stopped' || this.#phase === 'failed';
  }

  #enter(phase: TaskPhase): void {
    if (!TASK_TRANSITIONS[this.#phase].includes(phase)) throw new Error(`task ${this.spec.name}: no way from ${this.#phase} to ${phase}`);
    this.#phase = phase;
  }
}
