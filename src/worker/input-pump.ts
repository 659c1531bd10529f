import type { RegistryOutages } from '../codec/registry-outages.ts';
import type { LogReader } from '../kafka/log-reader.ts';
import type { InputBatch } from '../runtime/ports.ts';
import type { Task } from '../runtime/task.ts';
import { CommitPacing, type PacingOptions } from './commit-pacing.ts';
import type { HaltView } from './halts.ts';
import type { InputTask } from './input-task.ts';

/** What the pump asks of a reader. */
export interface PumpReader
  extends Pick<LogReader, 'listOffsets' | 'assign' | 'unassign' | 'pause' | 'resume' | 'position' | 'lag' | 'close'> {
  fetch(): Promise<readonly InputBatch[]>;
}

/** Batches of one partition that may wait while an earlier one is being prepared. */
const MAX_WAITING = 1;

interface Feed {
  readonly task: Task<InputTask>;
  /** Ends when the batches taken so far have been worked on. */
  chain: Promise<void>;
  waiting: number;
  isPaused: boolean;
  /** Open while the partition is halted: what was read waits behind it. */
  gate: PromiseWithResolvers<void> | null;
  /** Aborted when the task is fed no more. */
  readonly stopping: AbortController;
  readonly pacing: CommitPacing;
}

/**
 * Reads the input partitions of a worker's tasks over one reader and feeds each task its own, in order. A task that is full, or whose
 * schemas cannot be looked up now, has its partition paused; so has a halted one, and what was read of it already waits. No other partition
 * waits for it.
 */
export class InputPump {
  readonly #reader: PumpReader;
  readonly #halts: HaltView;
  readonly #outages: RegistryOutages;
  readonly #pacing: PacingOptions;
  readonly #onFatal: (error: unknown) => void;
  /** The feed of each partition. */
  readonly #feeds = new Map<string, Feed>();
  /** The feed of each task: one whose partition another task has taken over is here only. */
  readonly #byTask = new Map<Task<InputTask>, Feed>();
  #running: Promise<void> | null = null;
  #isClosed = false;
  #isHurried = false;

  constructor(reader: PumpReader, halts: HaltView, outages: RegistryOutages, pacing: PacingOptions, onFatal: (error: unknown) => void) {
    this.#reader = reader;
    this.#halts = halts;
    this.#outages = outages;
    this.#pacing = pacing;
    this.#onFatal = onFatal;
  }

  /** Begins to feed a running task from its next offset, in the place of any other task of its partition. */
  async add(task: Task<InputTask>): Promise<void> {
    const { topic, partition } = task.spec.input!;
    const offset = task.logic.nextOffset ?? (await this.#reader.listOffsets(topic, [partition], 'earliest')).get(partition)!;
    // Stopped meanwhile, it must not take the partition from the task that has come after it.
    if (task.phase !== 'running') return;
    const key = keyOf(topic, partition);
    const earlier = this.#feeds.get(key);
    if (earlier !== undefined) stop(earlier);
    const pacing = new CommitPacing(this.#pacing, performance.now());
    const feed = { task, chain: Promise.resolve(), waiting: 0, isPaused: false, gate: null, stopping: new AbortController(), pacing };
    this.#feeds.set(key, feed);
    this.#byTask.set(task, feed);
    this.#reader.assign(topic, partition, offset);
    this.#setGate(key, feed);
    this.#running ??= this.#run();
  }

  /** Feeds the task no more; resolves when the batch at hand has been worked on. Its partition stays with a task that has taken it over. */
  async remove(task: Task<InputTask>): Promise<void> {
    const feed = this.#byTask.get(task);
    if (feed === undefined) return;
    this.#byTask.delete(task);
    stop(feed);
    const { topic, partition } = task.spec.input!;
    const key = keyOf(topic, partition);
    if (this.#feeds.get(key) === feed) {
      this.#feeds.delete(key);
      this.#reader.unassign(topic, partition);
    }
    await feed.chain;
  }

  /** Records between the task's position and the end of its partition; undefined before the first answer. */
  lag(topic: string, partition: number): number | undefined {
    return this.#reader.lag(topic, partition);
  }

  /** Begins the commits that are due; to be called several times an interval. */
  commitDue(): void {
    for (const [key, feed] of this.#feeds) this.#commitIfDue(key, feed);
  }

  /** From now on positions are committed as soon as outputs are: somebody waits for them. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** Something was halted or resumed: stops and goes on accordingly, and commits what was worked on before a halt. */
  haltsChanged(): void {
    for (const [key, feed] of this.#feeds) this.#setGate(key, feed);
  }

  /** True where the task has worked off all that its partition holds, as of the newest answer: only then does silence mean that nothing came. */
  isCaughtUp(topic: string, partition: number): boolean {
    const feed = this.#feeds.get(keyOf(topic, partition));
    return feed !== undefined && feed.gate === null && this.#hasCaughtUp(feed);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reader.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        for (const batch of await this.#reader.fetch()) this.#take(batch);
      }
    } catch (error) {
      if (!this.#isClosed) this.#onFatal(error);
    }
  }

  #take(batch: InputBatch): void {
    const key = keyOf(batch.topic, batch.partition);
    const feed = this.#feeds.get(key);
    if (feed === undefined) return;
    feed.waiting++;
    feed.chain = feed.chain.then(() => this.#work(key, feed, batch));
    this.#adjust(key, feed);
  }

  async #work(key: string, feed: Feed, batch: InputBatch): Promise<void> {
    try {
      // An outage of the registry says nothing about the records.
      await this.#outages.through(feed.task.spec.name, () => feed.task.logic.prepare(batch), feed.stopping.signal);
      let next = 0;
      do {
        await this.#ready(key, feed);
        if (!isAtWork(feed)) return;
        next = feed.task.logic.process(batch, next);
      } while (next < batch.records.length);
      batch.records.release();
      void this.#makeRoom(key, feed);
    } catch (error) {
      this.#onFatal(error);
    } finally {
      feed.waiting--;
      this.#commitIfDue(key, feed);
      this.#adjust(key, feed);
    }
  }

  #hasCaughtUp({ task, waiting }: Feed): boolean {
    const { topic, partition } = task.spec.input!;
    return waiting === 0 && this.#reader.lag(topic, partition) === 0;
  }

  #commitIfDue(key: string, feed: Feed): void {
    const { task, pacing } = feed;
    if (!isAtWork(feed) || task.isCommitting || !task.hasWork) return;
    const state = { hasOutputs: task.logic.hasOutputs(), isCaughtUp: this.#hasCaughtUp(feed), isHurried: this.#isHurried };
    const due = pacing.due(performance.now(), state);
    if (due === null) return;
    const done = due === 'commit' ? this.#commit(feed) : this.#writeAhead(feed);
    void done.then(() => {
      this.#adjust(key, feed);
      // What came while it was under way.
      this.#commitIfDue(key, feed);
    });
  }

  #commit({ task, pacing }: Feed): Promise<void> {
    pacing.begun(performance.now());
    return task.commit();
  }

  #writeAhead({ task, pacing }: Feed): Promise<void> {
    pacing.wroteAhead(performance.now());
    return task.writeAhead(task.logic.takeOutputs());
  }

  /** Resolves when the task may take more, or is at work no longer. */
  async #ready(key: string, feed: Feed): Promise<void> {
    while (isAtWork(feed) && (feed.gate !== null || feed.task.logic.isFull())) await (feed.gate?.promise ?? this.#makeRoom(key, feed));
  }

  /** Commits what fills the task, if it is full. Where no commit is under way there is room as soon as one has begun. */
  async #makeRoom(key: string, feed: Feed): Promise<void> {
    while (isAtWork(feed) && feed.task.logic.isFull()) {
      const commit = this.#commit(feed);
      if (feed.task.logic.isFull()) await commit;
    }
    this.#adjust(key, feed);
  }

  #setGate(key: string, feed: Feed): void {
    const { topic, partition } = feed.task.spec.input!;
    const isHalted = this.#halts.isHalted(partition);
    if (isHalted === (feed.gate !== null)) return;
    if (isHalted) {
      feed.gate = Promise.withResolvers();
      // The first may find a commit under way, which lacks what was worked on since it began.
      void feed.task.commit().then(() => feed.task.commit());
    } else {
      feed.gate!.resolve();
      feed.gate = null;
      // Assigned anew, the partition has no end until the broker tells it: the one known from before the halt makes it look worked off.
      this.#reader.assign(topic, partition, this.#reader.position(topic, partition)!);
      feed.isPaused = false;
    }
    this.#adjust(key, feed);
  }

  #adjust(key: string, feed: Feed): void {
    if (feed.stopping.signal.aborted || this.#feeds.get(key) !== feed) return;
    const mustPause = feed.gate !== null || feed.waiting > MAX_WAITING || feed.task.logic.isFull();
    if (mustPause === feed.isPaused) return;
    feed.isPaused = mustPause;
    const { topic, partition } = feed.task.spec.input!;
    if (mustPause) this.#reader.pause(topic, partition);
    else this.#reader.resume(topic, partition);
  }
}

/** What was read for the task and not begun is left to whoever reads it next. */
function stop(feed: Feed): void {
  feed.stopping.abort();
  feed.gate?.resolve();
}

/** False where what is read is another's to work on: the feed was removed, or its task has failed. */
function isAtWork({ stopping, task }: Feed): boolean {
  return !stopping.signal.aborted && task.phase === 'running';
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
