import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordDecoder } from '../codec/decoder.ts';
import type { RegistryOutages } from '../codec/registry-outages.ts';
import type { JoinedReturn } from '../codec/return-reader.ts';
import type { LogReader } from '../kafka/log-reader.ts';
import type { Log } from '../log.ts';
import type { Task } from '../runtime/task.ts';
import type { HaltView } from './halts.ts';
import type { JoinTask } from './join-task.ts';
import type { SilentSymbols } from './silent-symbols.ts';

/** How often the join looks whether a symbol it waits for has been worked off. */
const SILENT_CHECK_MS = 200;

/**
 * Feeds one join from the tier-1 partitions it needs, over a reader of its own, because every join stands at other offsets. Symbols that
 * run ahead of the slowest are paused, so that what is pending stays bounded. While everything is halted it stands still.
 */
export class JoinLoop {
  readonly #task: Task<JoinTask>;
  readonly #topic: string;
  readonly #reader: LogReader;
  readonly #decoder: RecordDecoder<JoinedReturn>;
  readonly #silent: SilentSymbols;
  readonly #halts: HaltView;
  readonly #outages: RegistryOutages;
  readonly #log: Log;
  readonly #onFatal: (error: unknown) => void;
  readonly #stopping = new AbortController();
  readonly #paused = new Set<number>();
  #running: Promise<unknown> = Promise.resolve();
  #haltChange = Promise.withResolvers<void>();

  /** `topic` is features-tier1 as Kafka knows it; the reader is this loop's to close. */
  constructor(
    task: Task<JoinTask>,
    topic: string,
    reader: LogReader,
    decoder: RecordDecoder<JoinedReturn>,
    silent: SilentSymbols,
    halts: HaltView,
    outages: RegistryOutages,
    log: Log,
    onFatal: (error: unknown) => void,
  ) {
    this.#task = task;
    this.#topic = topic;
    this.#reader = reader;
    this.#decoder = decoder;
    this.#silent = silent;
    this.#halts = halts;
    this.#outages = outages;
    this.#log = log;
    this.#onFatal = onFatal;
  }

  /** Begins to read; resolves when the first fetch is under way. */
  async start(): Promise<void> {
    await this.#reader.connect();
    const inputs = [...this.#task.logic.inputs.values()];
    const unknown = inputs.filter(({ position }) => position === null).map(({ partition }) => partition);
    const earliest = unknown.length === 0 ? new Map<number, number>() : await this.#reader.listOffsets(this.#topic, unknown, 'earliest');
    for (const input of inputs) {
      input.position ??= earliest.get(input.partition)!;
      this.#reader.assign(this.#topic, input.partition, input.position);
    }
    this.#running = Promise.all([this.#guard(() => this.#read()), this.#guard(() => this.#watchSilence())]);
  }

  /** Reads no more; resolves when the batch at hand has been worked on. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.haltsChanged();
    await this.#reader.close();
    await this.#running;
  }

  /** Something was halted or resumed. */
  haltsChanged(): void {
    this.#haltChange.resolve();
    this.#haltChange = Promise.withResolvers();
  }

  /** Tier-1 records not read yet, over all partitions; undefined before the first answer of one. */
  lag(): number | undefined {
    let sum = 0;
    for (const partition of this.#task.logic.inputs.keys()) {
      const lag = this.#reader.lag(this.#topic, partition);
      if (lag === undefined) return undefined;
      sum += lag;
    }
    return sum;
  }

  /** True where, with what the log holds up to `ends` (by partition), nothing more can go out. */
  isSettled(ends: readonly number[]): boolean {
    const { logic } = this.#task;
    // What a task had not committed when it failed, its successor makes again.
    if (this.#task.phase !== 'running') return false;
    for (const { partition, position } of logic.inputs.values()) if ((position ?? 0) < ends[partition]!) return false;
    const blocked = logic.stage.join.silentSymbols();
    return (blocked === null || blocked.graceReachedUpTo === null) && !logic.hasWork() && !this.#task.isCommitting;
  }

  async #guard(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#onFatal(error);
    }
  }

  async #read(): Promise<void> {
    const { logic } = this.#task;
    while (!this.#stopping.signal.aborted) {
      for (const batch of await this.#reader.fetch()) {
        await this.#outages.through(this.#task.spec.name, () => this.#decoder.prepareAll(batch.records), this.#stopping.signal);
        await this.#untilResumed();
        if (this.#stopping.signal.aborted) return;
        logic.process(batch);
        batch.records.release();
        await this.#emitHeld();
      }
      this.#commit();
      this.#pauseThoseAhead();
    }
  }

  /** Where more could go out than a commit takes: emits it as commits make room, before anything else is read. */
  async #emitHeld(): Promise<void> {
    const { logic } = this.#task;
    while (logic.isFull() && this.#task.phase === 'running' && !this.#stopping.signal.aborted) {
      this.#commit();
      // Full again at once: one was under way, and the next begins when it has ended.
      if (logic.isFull()) await this.#task.commit();
      await this.#untilResumed();
      logic.poll();
    }
  }

  async #watchSilence(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(SILENT_CHECK_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      if (this.#halts.isAllHalted || !(await this.#isMoreWorkedOff())) continue;
      await this.#untilResumed();
      if (signal.aborted) return;
      this.#task.logic.poll();
      await this.#emitHeld();
      this.#commit();
      this.#pauseThoseAhead();
    }
  }

  /** Waits while everything is halted. */
  async #untilResumed(): Promise<void> {
    while (this.#halts.isAllHalted && !this.#stopping.signal.aborted) await this.#haltChange.promise;
  }

  /** An outage only delays the answer: T's stay held meanwhile. */
  async #isMoreWorkedOff(): Promise<boolean> {
    try {
      return await this.#silent.advance((partition) => this.#task.logic.inputs.get(partition)?.position ?? 0);
    } catch (error) {
      this.#log.warn({ task: this.#task.spec.name, error: String(error) }, 'whether silent symbols are worked off cannot be told now');
      return false;
    }
  }

  /** At once, so that a matrix is out as soon as it is known; what comes while a commit is under way goes with the next. */
  #commit(): void {
    // A task that has failed keeps its work and commits nothing: asking it again and again would stop the whole process.
    if (this.#task.phase !== 'running' || this.#task.isCommitting || !this.#task.logic.hasWork()) return;
    void this.#task.commit().then(() => this.#commit());
  }

  #pauseThoseAhead(): void {
    for (const input of this.#task.logic.inputs.values()) {
      const isAhead = this.#task.logic.isAhead(input);
      if (isAhead === this.#paused.has(input.partition)) continue;
      if (isAhead) {
        this.#paused.add(input.partition);
        this.#reader.pause(this.#topic, input.partition);
      } else {
        this.#paused.delete(input.partition);
        this.#reader.resume(this.#topic, input.partition);
      }
    }
  }
}
