import type { InputBatch } from '../runtime/ports.ts';
import type { TaskLogic } from '../runtime/task.ts';

/** The logic of a task with one input partition. */
export interface InputTask extends TaskLogic {
  /** Records taken so far. */
  readonly taken: number;
  /** Where reading goes on; null: at the partition's first record. */
  readonly nextOffset: number | null;
  /** Loads what `process` needs of the registry. Rejects with RegistryOutage: to be tried again. */
  prepare(batch: InputBatch): Promise<void>;
  /** Works on consecutive records that have been prepared. */
  process(batch: InputBatch): void;
  /** Applies the live idle timer, where it is on. */
  idle(nowMs: number): void;
}
