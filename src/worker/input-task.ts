import type { InputBatch, TopicOutput } from '../runtime/ports.ts';
import type { TaskLogic } from '../runtime/task.ts';

/** The logic of a task with one input partition. */
export interface InputTask extends TaskLogic {
  /** Records taken so far. */
  readonly taken: number;
  /** Where reading goes on; null: at the partition's first record. */
  readonly nextOffset: number | null;
  /** True where outputs wait for a commit, and not positions alone. */
  hasOutputs(): boolean;
  /** Hands over the outputs that wait, to be written ahead of the commit that saves their state and position. */
  takeOutputs(): TopicOutput[];
  /** Loads what `process` needs of the registry. Rejects with RegistryOutage: to be tried again. */
  prepare(batch: InputBatch): Promise<void>;
  /**
   * Works on the prepared records of a batch from index `from` on, until it is full. Gives the index where to go on: the number of records
   * once the batch is worked off.
   */
  process(batch: InputBatch, from: number): number;
  /** Applies the live idle timer, where it is on and there is room for what it closes. */
  idle(nowMs: number): void;
}
