import { setTimeout as sleep } from 'node:timers/promises';
import type { StageSet, StageSetName, Topology } from '../../topology/fx.ts';
import type { Settings } from '../../topology/settings.ts';
import { definitionHash } from '../../topology/settings-hash.ts';
import type { TopicRole } from '../../topology/topics.ts';
import type { Registry } from '../codec/registry.ts';
import { RegistryOutages } from '../codec/registry-outages.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { type AssignmentChange, GroupMember } from '../kafka/group-member.ts';
import type { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import { LogReader } from '../kafka/log-reader.ts';
import { OffsetCommitter } from '../kafka/offsets.ts';
import { partitionKey, type TopicPartition } from '../kafka/topic-partition.ts';
import type { Log } from '../log.ts';
import type { OnTaskStep, TaskPorts } from '../runtime/ports.ts';
import type { Task } from '../runtime/task.ts';
import { ChangelogReader } from './changelog-reader.ts';
import { outputPacing } from './commit-pacing.ts';
import type { Halts } from './halts.ts';
import { InputEnd } from './input-end.ts';
import { InputPump } from './input-pump.ts';
import type { InputTask } from './input-task.ts';
import type { JoinLoop } from './join-loop.ts';
import type { JoinTask } from './join-task.ts';
import { TaskFactory } from './task-factory.ts';
import { atLeastOncePorts, exactlyOncePorts } from './task-ports.ts';
import { TaskSlot } from './task-slot.ts';
import { openParts, type WorkerParts } from './worker-parts.ts';
import type { WorkerStats } from './worker-stats.ts';

export type { WorkerStats } from './worker-stats.ts';

/** What a worker needs; the caller closes the registry's connections, if it has any, after the worker has ended. */
export interface WorkerOptions {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly stages: StageSetName;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly log: Log;
  /** Where its waiting for the registry is to be seen, also before it has started; absent: in the log and in its stats alone. */
  readonly outages?: RegistryOutages | undefined;
  /** Ends the start, at any moment of it, when aborted. A worker that has started is ended by `stop`. */
  readonly signal?: AbortSignal | undefined;
  /** As for a group member: workers that are started beside this one. */
  readonly companions?: (() => Promise<void>) | undefined;
  /** Told when a task has come to a step of its protocol; absent but in fault tests. */
  readonly onStep?: OnTaskStep | undefined;
}

const FETCH_WAIT_MS = 100;
/** How many times in a commit interval it is looked whether a commit is due: tasks need not all commit at the same moment. */
const TIMER_SHARE = 4;

interface InputSlot {
  readonly role: TopicRole;
  readonly partition: number;
  readonly slot: TaskSlot<InputTask>;
}

interface JoinSlotEntry {
  readonly slot: TaskSlot<JoinTask>;
  loop: JoinLoop | null;
}

/**
 * One worker process of a stage set: a member of its consumer group that runs a task for every partition the group gives it, until it is
 * stopped. Tasks are independent of each other: each restores, works, commits and fails by itself.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #set: StageSet;
  readonly #admin: KafkaAdmin;
  readonly #halts: Halts;
  readonly #outages: RegistryOutages;
  readonly #changelogs: ChangelogReader;
  readonly #pump: InputPump;
  readonly #producer: IdempotentProducer | null;
  readonly #committer: OffsetCommitter | null;
  readonly #member: GroupMember;
  readonly #factory: TaskFactory;
  readonly #inputs = new Map<string, InputSlot>();
  readonly #joins = new Map<string, JoinSlotEntry>();
  readonly #ended = Promise.withResolvers<never>();
  readonly #commitTimer: NodeJS.Timeout;
  /** Of tasks that this worker no longer runs. */
  readonly #past = { taken: 0, matrices: 0, commits: 0, failures: 0 };
  #isStopping = false;

  /**
   * Checks topics, schemas and the other stage sets, joins the group and returns with the first assignment under way. While the registry does
   * not answer it waits. Throws UserError, or the signal's reason, with everything closed again.
   */
  static async start(options: WorkerOptions): Promise<Worker> {
    const { signal } = options;
    const set = options.topology.stageSets[options.stages];
    const outages = options.outages ?? new RegistryOutages(options.log);
    const worker = new Worker(options, set, await openParts(options, set, outages), outages);
    const onAbort = (): void => void worker.#member.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      await worker.#member.start();
      signal?.throwIfAborted();
      return worker;
    } catch (error) {
      await worker.stop();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private constructor(
    options: WorkerOptions,
    set: StageSet,
    { admin, codec, producer, table, halts }: WorkerParts,
    outages: RegistryOutages,
  ) {
    const { settings, topology, connection, registry, log } = options;
    const { runtime } = settings;
    const limits = { maxBytes: runtime.fetchMaxBytes, maxBytesPerPartition: runtime.fetchMaxBytesPerPartition };
    this.#options = options;
    this.#set = set;
    this.#admin = admin;
    this.#producer = producer;
    this.#halts = halts;
    this.#outages = outages;
    this.#changelogs = new ChangelogReader(connection, log, limits);
    this.#pump = new InputPump(
      new LogReader(connection, log, { isolation: 'read_committed', maxWaitMs: FETCH_WAIT_MS, ...limits }),
      halts,
      outages,
      { intervalMs: runtime.commitIntervalMs, outputs: outputPacing(runtime) },
      (error) => this.#end(error),
    );
    this.#member = new GroupMember(connection, log, {
      groupId: set.groupId,
      topics: set.assigned.map((role) => topology.topics[role].name),
      // Half of a variant's rows under one definition and half under another would be of no use to anybody.
      agreement: topology.suffix === null ? undefined : definitionHash(settings.domain),
      sessionTimeoutMs: runtime.sessionTimeoutMs,
      rebalanceTimeoutMs: runtime.rebalanceTimeoutMs,
      heartbeatIntervalMs: runtime.heartbeatIntervalMs,
      metadataIntervalMs: runtime.metadataMaxAgeMs,
      companions: options.companions,
      onAssigned: (change) => this.#assigned(change),
      onLost: () => this.#lost(),
      onRebalancing: () => this.#commitAll(),
    });
    this.#committer = producer === null ? null : new OffsetCommitter(connection, set.groupId, log);
    this.#factory = new TaskFactory({
      settings,
      topology,
      set,
      table,
      codec,
      schemas: registry,
      clients: { connection, admin, changelogs: this.#changelogs, log },
      ports: this.#ports(),
      halts,
      outages,
      log,
    });
    halts.onChange(() => this.#haltsChanged());
    halts.failed.catch((error) => this.#isStopping || this.#end(error));
    this.#commitTimer = setInterval(() => this.#onTimer(), Math.max(1, Math.floor(runtime.commitIntervalMs / TIMER_SHARE)));
    // Whoever waits on `failed` sees it; nobody has to.
    this.#ended.promise.catch(() => {});
  }

  /** Rejects where the worker cannot go on by itself; it never resolves. */
  get failed(): Promise<never> {
    return this.#ended.promise;
  }

  stats(): WorkerStats {
    const sum = {
      ...this.#past,
      tasks: this.#inputs.size + this.#joins.size,
      running: 0,
      halted: 0,
      lag: 0,
      waiting: this.#outages.current,
    };
    for (const { slot, role, partition } of this.#inputs.values()) {
      sum.failures += slot.failures;
      if (this.#halts.isHalted(partition)) sum.halted++;
      const { task } = slot;
      if (task === null) continue;
      sum.running++;
      sum.taken += task.logic.taken;
      sum.commits += task.commits;
      sum.lag += this.#pump.lag(this.#topic(role), partition) ?? 0;
    }
    for (const { slot } of this.#joins.values()) {
      sum.failures += slot.failures;
      if (this.#halts.isAllHalted) sum.halted++;
      if (slot.task === null) continue;
      sum.running++;
      sum.matrices += slot.task.logic.emitted;
      sum.commits += slot.task.commits;
    }
    return sum;
  }

  /**
   * Resolves when the group has worked off the input that was there at the call, ticks that it had to forward among it, and this worker's joins
   * all that came of it.
   */
  async caughtUp(): Promise<void> {
    this.#pump.hurry();
    const end = new InputEnd(this.#admin, this.#options.log, () => this.#isStopping);
    for (const role of this.#set.assigned)
      if (role !== 'join-changelog') await end.reachedWithForwards(this.#set.groupId, this.#topic(role));
    if (!this.#set.assigned.includes('join-changelog')) return;
    const ends = await end.of(this.#topic('features-tier1'));
    await end.until(async () => this.#areJoinsSettled(ends));
  }

  /** False while the group has dropped this worker: then nobody may have its joins. */
  #areJoinsSettled(ends: readonly number[]): boolean {
    const topic = this.#topic('join-changelog');
    if (this.#member.generation < 0) return false;
    return this.#options.topology.joins.every(
      (_, partition) =>
        !this.#member.isAssigned(topic, partition) || (this.#joins.get(partitionKey({ topic, partition }))?.loop?.isSettled(ends) ?? false),
    );
  }

  /** Drains: reads no more, commits what waits, leaves the group. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    clearInterval(this.#commitTimer);
    await this.#drain();
    await this.#member.stop();
    await this.#halts.close();
    await this.#pump.close();
    await this.#changelogs.close();
    await this.#producer?.close();
    await this.#committer?.close();
    await this.#admin.close();
  }

  /** Commits what waits, for as long as the settings allow. */
  async #drain(): Promise<void> {
    const slots = this.#allSlots();
    const { drainTimeoutMs } = this.#options.settings.runtime;
    const isDrained = await Promise.race([
      Promise.all(slots.map((slot) => slot.release(true))).then(() => true),
      sleep(drainTimeoutMs, false, { ref: false }),
    ]);
    if (isDrained) return;
    this.#options.log.warn({ drainTimeoutMs }, 'draining took too long: what is not committed is left to the next owner');
    await Promise.all(slots.map((slot) => slot.abandon()));
  }

  #ports(): TaskPorts {
    const { settings, connection, log, onStep } = this.#options;
    const clients = { connection, admin: this.#admin, changelogs: this.#changelogs, log, onStep };
    if (this.#producer === null || this.#committer === null) return exactlyOncePorts(clients, settings);
    return atLeastOncePorts(clients, this.#producer, this.#committer, () => ({
      memberId: this.#member.memberId,
      generation: this.#member.generation,
    }));
  }

  async #assigned({ added, removed }: AssignmentChange): Promise<void> {
    await Promise.all(removed.map((partition) => this.#release(partition, true)));
    if (this.#isStopping) return;
    for (const { topic, partition } of added) {
      // Lost while the others were released. Where it has come back meanwhile, whichever call comes first opens it.
      if (!this.#member.isAssigned(topic, partition) || this.#hasSlot({ topic, partition })) continue;
      if (topic === this.#topic('join-changelog')) this.#openJoin(partition);
      else this.#openInput(this.#set.assigned.find((role) => this.#topic(role) === topic)!, partition);
    }
  }

  #lost(): void {
    for (const partition of [...this.#inputs.keys(), ...this.#joins.keys()]) void this.#releaseKey(partition, false);
  }

  #hasSlot(partition: TopicPartition): boolean {
    const key = partitionKey(partition);
    return this.#inputs.has(key) || this.#joins.has(key);
  }

  #openInput(role: TopicRole, partition: number): void {
    const topic = this.#topic(role);
    const slot = new TaskSlot<InputTask>(
      `${role}-${partition}`,
      {
        create: (onFailure) => this.#factory.inputTask(role, partition, onFailure),
        running: (task) => this.#pump.add(task),
        stopping: (task) => this.#pump.remove(task),
        isStillOurs: () => this.#isStillOurs({ topic, partition }),
        fatal: (error) => this.#end(error),
      },
      this.#options.log,
    );
    this.#inputs.set(partitionKey({ topic, partition }), { role, partition, slot });
  }

  #openJoin(partition: number): void {
    // A topic keeps partitions of joins that the settings no longer name.
    if (partition >= this.#options.topology.joins.length) return;
    const topic = this.#topic('join-changelog');
    const entry: { slot: TaskSlot<JoinTask> | null; loop: JoinLoop | null } = { slot: null, loop: null };
    entry.slot = new TaskSlot<JoinTask>(
      `join-${partition}`,
      {
        create: (onFailure) => this.#factory.joinTask(partition, onFailure),
        running: async (task: Task<JoinTask>) => {
          entry.loop = this.#factory.joinLoop(task, (error) => this.#end(error));
          await entry.loop.start();
        },
        stopping: async () => {
          await entry.loop?.stop();
          entry.loop = null;
        },
        isStillOurs: () => this.#isStillOurs({ topic, partition }),
        fatal: (error) => this.#end(error),
      },
      this.#options.log,
    );
    this.#joins.set(partitionKey({ topic, partition }), entry as JoinSlotEntry);
  }

  async #isStillOurs({ topic, partition }: TopicPartition): Promise<boolean> {
    return (await this.#member.checkAlive()) && this.#member.isAssigned(topic, partition);
  }

  async #release(partition: TopicPartition, drain: boolean): Promise<void> {
    await this.#releaseKey(partitionKey(partition), drain);
  }

  async #releaseKey(key: string, drain: boolean): Promise<void> {
    const input = this.#inputs.get(key);
    const join = this.#joins.get(key);
    this.#inputs.delete(key);
    this.#joins.delete(key);
    const slot = input?.slot ?? join?.slot;
    if (slot === undefined) return;
    const { task } = slot;
    await slot.release(drain);
    this.#past.failures += slot.failures;
    this.#past.commits += task?.commits ?? 0;
    if (input !== undefined) this.#past.taken += input.slot.task?.logic.taken ?? (task as Task<InputTask> | null)?.logic.taken ?? 0;
    else this.#past.matrices += (task as Task<JoinTask> | null)?.logic.emitted ?? 0;
  }

  #onTimer(): void {
    const now = Date.now();
    for (const { slot, role, partition } of this.#inputs.values()) {
      // A tick that lies in the log already must not find its slot closed: the idle timer is for symbols that send nothing.
      if (this.#pump.isCaughtUp(this.#topic(role), partition)) slot.task?.logic.idle(now);
    }
    this.#pump.commitDue();
  }

  #haltsChanged(): void {
    this.#pump.haltsChanged();
    for (const { loop } of this.#joins.values()) loop?.haltsChanged();
  }

  async #commitAll(): Promise<void> {
    await Promise.all(this.#allSlots().map((slot) => slot.task?.commit()));
  }

  #allSlots(): (TaskSlot<InputTask> | TaskSlot<JoinTask>)[] {
    return [...[...this.#inputs.values()].map(({ slot }) => slot), ...[...this.#joins.values()].map(({ slot }) => slot)];
  }

  #end(error: unknown): void {
    this.#options.log.error({ error: String(error) }, 'the worker cannot go on');
    this.#ended.reject(error);
  }

  #topic(role: TopicRole): string {
    return this.#options.topology.topics[role].name;
  }
}
