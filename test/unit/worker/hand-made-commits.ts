import { silentLog } from '../../../src/log.ts';
import type { CommitBatch, TaskPorts, TopicOutput } from '../../../src/runtime/ports.ts';
import { Task, type TaskLogic } from '../../../src/runtime/task.ts';

/** What a task commits, and how long it takes: for ever while `isSlow`, until `finish`. */
export class HandMadeCommits {
  isSlow = false;
  /** All that was handed over for a commit, ended or not. */
  readonly begun: CommitBatch[] = [];
  /** All that was handed over to be written ahead of a commit, ended or not. */
  readonly ahead: (readonly [TopicOutput])[] = [];
  #held = Promise.withResolvers<void>();

  /** Ends the commit under way. */
  finish(): void {
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  /** Makes the commit under way fail. */
  fail(error: Error): void {
    this.#held.reject(error);
    this.#held = Promise.withResolvers();
  }

  /** A task of this logic that runs, on one partition of `topic`, or on none. */
  async start<Logic extends TaskLogic>(logic: Logic, partition: number | null): Promise<Task<Logic>> {
    const ports: TaskPorts = {
      fence: async () => ({
        commit: (batch) => this.#commit(batch),
        writeAhead: (outputs) => this.#writeAhead(outputs),
        dispose: async () => {},
      }),
      committedOffset: async () => null,
      readChangelog: async () => {},
    };
    const input = partition === null ? null : { groupId: 'group', topic: 'topic', partition };
    const spec = { name: `task-${partition}`, transactionalId: 'id', changelogs: [], outputs: [], input };
    const task = new Task(spec, logic, ports, silentLog, () => {});
    await task.start();
    return task;
  }

  async #writeAhead(outputs: readonly TopicOutput[]): Promise<void> {
    this.ahead.push(outputs as [TopicOutput]);
    if (this.isSlow) await this.#held.promise;
  }

  async #commit(batch: CommitBatch): Promise<void> {
    this.begun.push(batch);
    if (this.isSlow) await this.#held.promise;
  }
}

/** Resolves when everything has happened that waits for nobody. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
