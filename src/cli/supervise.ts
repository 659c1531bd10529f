import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { NOTHING_DONE, type WorkerStats } from '../worker/worker-stats.ts';
import type { CommandContext } from './context.ts';
import { SMALL_YOUNG_GENERATION } from './memory.ts';
import { createStatsLine } from './stats-line.ts';
import { stopSignal } from './stop-signal.ts';
import { SUPERVISED, type SupervisorMessage, type WorkerMessage } from './worker-messages.ts';

const STATS_INTERVAL_MS = 1_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Processes of one command line, supervised: their number, what they are doing in sum, and a new one for each that crashes. */
export class Crew {
  readonly stopping = new AbortController();
  readonly #args: readonly string[];
  #log: CommandContext['log'] | null = null;
  readonly #children = new Map<number, ChildProcess>();
  readonly #stats = new Map<number, WorkerStats>();
  readonly #count: number;
  /** Those that have asked to join the group, at any time. */
  readonly #joining = new Set<number>();

  readonly #running: Promise<unknown>;

  /** Starts the processes; none does more than load its program before `letGo`. */
  constructor(count: number, args: readonly string[]) {
    this.#count = count;
    this.#args = args;
    this.#running = Promise.all(Array.from({ length: count }, (_, index) => this.#keep(index)));
    // Whoever waits for `ended` sees it.
    this.#running.catch(() => {});
  }

  /** The settings are fine: the workers may begin. */
  letGo(log: CommandContext['log']): void {
    this.#log = log;
    for (const child of this.#children.values()) this.#tell(child, { areSettingsFine: true });
  }

  /** Ends processes that have not been let go. */
  abandon(): void {
    this.stopping.abort();
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }

  /** Resolves when every process has ended as it should. Throws where one could not even start. */
  async ended(): Promise<void> {
    await this.#running;
  }

  /** Keeps one process up; resolves when it has ended as it should. Throws where it could not even start. */
  async #keep(index: number): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.stopping.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const { code, signal, hasStarted } = await this.#runOne(index);
      if (code === 0 || this.stopping.signal.aborted) return;
      // It has said on standard error why; another try would say the same.
      if (!hasStarted && code !== null) throw new UserError(`worker ${index} could not start`, { exitCode: code });
      this.#log?.warn({ worker: index, code, signal, retryInMs: pauseMs }, 'a worker process ended; a new one is started');
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }

  /** Asks every process to commit and end. */
  stop(): void {
    this.stopping.abort();
    for (const child of this.#children.values()) child.kill('SIGTERM');
  }

  stats(): WorkerStats {
    const { waiting: _, ...sum }: Mutable<WorkerStats> = { ...NOTHING_DONE };
    for (const stats of this.#stats.values()) for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += stats[key];
    return { ...sum, waiting: [...this.#stats.values()].find(({ waiting }) => waiting !== null)?.waiting ?? null };
  }

  /** The first that joins waits for the others, so that nobody begins with partitions that he has to give up again. */
  #join(index: number): void {
    this.#joining.add(index);
    if (this.#joining.size < this.#count) return;
    for (const child of this.#children.values()) this.#tell(child, { areAllJoining: true });
  }

  #tell(child: ChildProcess, message: SupervisorMessage): void {
    if (child.connected) child.send(message);
  }

  #runOne(index: number): Promise<{ code: number | null; signal: string | null; hasStarted: boolean }> {
    return new Promise((resolve) => {
      // A group of its own: Ctrl-C on the terminal is for this process to pass on, once.
      const child = fork(process.argv[1]!, [...this.#args], {
        detached: true,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        // The user's own options last: they count.
        env: { ...process.env, NODE_OPTIONS: `${SMALL_YOUNG_GENERATION} ${process.env.NODE_OPTIONS ?? ''}`, [SUPERVISED]: '1' },
      });
      this.#children.set(index, child);
      if (this.#log !== null) this.#tell(child, { areSettingsFine: true });
      let hasStarted = false;
      child.on('message', (message: WorkerMessage) => {
        if ('isJoining' in message) {
          this.#join(index);
          return;
        }
        hasStarted ||= message.hasStarted;
        this.#stats.set(index, message.stats);
      });
      child.on('exit', (code, signal) => {
        this.#children.delete(index);
        const last = this.#stats.get(index);
        if (last !== undefined) this.#stats.set(index, { ...last, waiting: null });
        resolve({ code, signal, hasStarted });
      });
    });
  }
}

/**
 * Runs the worker processes of one group on this machine until a signal or, with --until-end, until they have ended. They share the
 * partitions as processes on several machines would.
 */
export async function supervise(context: CommandContext, crew: Crew, count: number): Promise<void> {
  const began = performance.now();
  void stopSignal().then(() => crew.stop());
  crew.letGo(context.log);
  const line = createStatsLine(context);
  const timer = setInterval(() => line.show(crew.stats(), true), STATS_INTERVAL_MS);
  try {
    await crew.ended();
  } catch (error) {
    crew.stop();
    throw error;
  } finally {
    clearInterval(timer);
    line.end();
  }
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  if (context.json) process.stdout.write(`${JSON.stringify({ workers: count, ...crew.stats(), seconds })}\n`);
}
