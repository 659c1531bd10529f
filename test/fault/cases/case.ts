import type { Run, RunOptions } from '../run.ts';

/** One way to break things. */
export interface FaultCase {
  readonly name: string;
  /** What is done, for the report. */
  readonly about: string;
  /** Part of the short tier. */
  readonly short?: boolean;
  readonly options?: Omit<RunOptions, 'name' | 'seed'>;
  /** Why it cannot run here; null where it can. */
  readonly impossible?: () => string | null;
  /** Does the harm; the input has been produced. What is left of it is worked off afterwards, and checked. */
  disturb(run: Run): Promise<void>;
}
