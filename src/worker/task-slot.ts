import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { KafkaUnreachable } from '../kafka/connection.ts';
import type { Log } from '../log.ts';
import { FencedError } from '../runtime/ports.ts';
import type { Task, TaskLogic } from '../runtime/task.ts';

/** How a slot starts, feeds and ends its task. */
export interface SlotHooks<Logic extends TaskLogic> {
  /** A new task with empty memory; `onFailure` ends it. */
  create(onFailure: (error: unknown) => void): Task<Logic>;
  /** The task runs: begin to feed it. */
  running(task: Task<Logic>): Promise<void> | void;
  /** The task runs no more: stop feeding it. Awaited before a drain commits. */
  stopping(task: Task<Logic>): Promise<void> | void;
  /** Asks the group whether the partition is still ours, after another holder fenced us. */
  isStillOurs(): Promise<boolean>;
  /** Something that no new try will cure: the worker must end. */
  fatal(error: UserError): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A partition that this worker owns: starts its task, and after a failure a new one, as long as the group leaves the partition here. A task
 * that another holder fenced begins again only after the group has said that it is still ours.
 */
export class TaskSlot<Logic extends TaskLogic> {
  readonly name: string;
  /** Tasks that failed since the slot began. */
  failures = 0;
  readonly #hooks: SlotHooks<Logic>;
  readonly #log: Log;
  readonly #released = new AbortController();
  #task: Task<Logic> | null = null;
  #isFed = false;
  readonly #done: Promise<void>;

  constructor(name: string, hooks: SlotHooks<Logic>, log: Log) {
    this.name = name;
    this.#hooks = hooks;
    this.#log = log;
    this.#done = this.#run();
  }

  /** The task, where one is running. */
  get task(): Task<Logic> | null {
    return this.#isFed ? this.#task : null;
  }

  /** Ends the slot: commits what waits (`drain`) or leaves it to the next owner. Resolves when nothing of it runs any more. */
  async release(drain: boolean): Promise<void> {
    if (!this.#released.signal.aborted) {
      this.#released.abort();
      const task = this.#task;
      if (this.#isFed) await this.#hooks.stopping(task!);
      if (drain) await task?.drain();
      else await task?.stop();
    }
    await this.#done;
  }

  /** Gives up a drain that takes too long: what it has not committed is left to the next owner. */
  async abandon(): Promise<void> {
    await this.#task?.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#released;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const began = performance.now();
      const error = await this.#runTask();
      if (signal.aborted || error === null) return;
      this.failures++;
      if (error instanceof UserError && !(error instanceof KafkaUnreachable)) return this.#hooks.fatal(error);
      if (error instanceof FencedError && !(await this.#hooks.isStillOurs())) return;
      if (performance.now() - began > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      this.#log.warn({ task: this.name, retryInMs: pauseMs, error: String(error) }, 'the task starts again');
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One task from its start to its end: the error it ended with, null where it was stopped. */
  async #runTask(): Promise<unknown> {
    const failed = Promise.withResolvers<unknown>();
    const task = this.#hooks.create(failed.resolve);
    this.#task = task;
    this.#released.signal.addEventListener('abort', () => failed.resolve(null), { once: true });
    try {
      await task.start();
      if (this.#released.signal.aborted || task.phase !== 'running') return null;
      await this.#hooks.running(task);
      if (this.#released.signal.aborted) {
        // Released while it was being taken into work: nobody else knows that there is something to stop.
        await this.#hooks.stopping(task);
        return null;
      }
      this.#isFed = true;
    } catch (error) {
      await task.stop();
      return error;
    }
    const error = await failed.promise;
    if (error !== null) {
      this.#isFed = false;
      await this.#hooks.stopping(task);
      await task.stop();
    }
    return error;
  }
}
