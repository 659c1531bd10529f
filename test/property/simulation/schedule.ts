import { AsyncLocalStorage } from 'node:async_hooks';
import { uniform } from '../hostile.ts';

/** A process of the simulation. What runs on its behalf happens only while it runs. */
export interface SimProcess {
  readonly name: string;
  /** Killed: nothing of it happens any more, but for requests that had left it. */
  isDead: boolean;
  /** Stopped by SIGSTOP: nothing of it happens before it is thawed. */
  isFrozen: boolean;
}

/** The process that the code at hand runs in: what its timers belong to. */
export const currentProcess = new AsyncLocalStorage<{ process: SimProcess; schedule: Schedule }>();

interface Step {
  /** Null: the cluster's own. */
  readonly process: SimProcess | null;
  isReady(): boolean;
  run(): void;
}

/** The shortest step on a process's clock, ms: drawn between these for a whole run. A commit interval is some 5 to 3,000 steps long. */
const PACES_MS = [0.005, 3] as const;
/** The longest step, in shortest ones: a process that waits for its turn on a busy machine. */
const LONGEST_STEP = 1_000;

const ALWAYS = (): boolean => true;

/**
 * The order in which everything happens. Whatever takes time (a request, its answer, a marker of a transaction, a timer) is a step that
 * waits here; a seed draws which one is next, and what it brings about has happened before another is drawn. Clocks go on with the steps
 * alone: the same seed gives the same run, however fast the machine.
 */
export class Schedule {
  readonly random: () => number;
  readonly #paceMs: number;
  #steps: Step[] = [];
  #nowMs = 0;

  constructor(seed: number) {
    this.random = uniform(seed);
    const [slowest, fastest] = PACES_MS;
    this.#paceMs = slowest * (fastest / slowest) ** this.random();
  }

  /** What the clocks of its processes show, ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Resolves with the result of `act`, which happens when the step is drawn; it can be drawn while `isReady`. Rejects with what `act` throws. */
  step<T>(process: SimProcess | null, act: () => T, { isReady = ALWAYS, signal }: StepOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (): void => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      const step = { process, isReady, run };
      this.#steps.push(step);
      signal?.addEventListener('abort', () => {
        this.#steps = this.#steps.filter((one) => one !== step);
        reject(signal.reason);
      });
    });
  }

  /** A request of a process and its answer: the cluster acts at one moment, also where the process has died meanwhile, and the answer comes later. */
  async request<T>(process: SimProcess, act: () => T, isReady: () => boolean = ALWAYS): Promise<T> {
    const outcome = await this.step(null, () => attempt(act), { isReady });
    return await this.step(process, outcome);
  }

  /** Draws a step and lets everything happen that follows from it. False where nothing can happen. */
  async next(): Promise<boolean> {
    this.#steps = this.#steps.filter(({ process }) => process?.isDead !== true);
    const ready = this.#steps.filter((step) => step.process?.isFrozen !== true && step.isReady());
    if (ready.length === 0) return false;
    const step = this.pick(ready);
    this.#steps.splice(this.#steps.indexOf(step), 1);
    this.#nowMs += this.#paceMs / (this.random() + 1 / LONGEST_STEP);
    step.run();
    await settled();
    return true;
  }

  /** One of several things. */
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }
}

export interface StepOptions {
  readonly isReady?: () => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** `setTimeout` of node:timers/promises as a step: a timer may go off at any moment, so nothing may depend on how long it takes. */
export function simulatedSleep(value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  const { process, schedule } = currentProcess.getStore()!;
  return schedule.step(process, () => value, { signal });
}

/** `performance.now`: of the process that asks. */
export function simulatedNow(): number {
  return currentProcess.getStore()!.schedule.nowMs;
}

/** `setInterval` as steps, for the commit timer of a worker. */
export function simulatedInterval(callback: () => void): { clear(): void } {
  const owner = currentProcess.getStore()!;
  const { process, schedule } = owner;
  const ending = new AbortController();
  const repeat = async (): Promise<void> => {
    for (;;) await schedule.step(process, () => currentProcess.run(owner, callback), { signal: ending.signal });
  };
  repeat().catch(() => {});
  return { clear: () => ending.abort() };
}

/** What `act` gives or throws, to be had later. */
function attempt<T>(act: () => T): () => T {
  try {
    const result = act();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Resolves when every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
