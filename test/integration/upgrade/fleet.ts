/** Two workers of one group, each a process of its own from one checkout or the other, and what their logs say. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { WorkerStats } from '../../../src/worker/worker-stats.ts';
import { type WorkerOptions, WorkerProcess } from '../../fault/worker-process.ts';
import type { Installation } from '../worker/installation.ts';
import { until } from '../worker/wait.ts';

const MAX_OUTPUT_BYTES = 64_000_000;

/** A line of a worker's log; its last one is its stats. */
type LogLine = Record<string, unknown>;

export class Fleet {
  readonly #installation: Installation;
  readonly #folder = mkdtempSync(join(tmpdir(), 'arbitrex-upgrade-'));
  readonly #settingsFile = join(this.#folder, 'settings.json');
  readonly #workers: WorkerProcess[] = [];

  constructor(installation: Installation) {
    this.#installation = installation;
    writeFileSync(this.#settingsFile, JSON.stringify(installation.file));
  }

  /** Starts a worker of the checkout in `root`. */
  start(root: string, options: Pick<WorkerOptions, 'untilEnd' | 'stages'> = {}): WorkerProcess {
    const worker = new WorkerProcess({
      ...options,
      root,
      settingsFile: this.#settingsFile,
      brokers: inject('brokers'),
      registryUrl: inject('registryUrl'),
      logFile: join(this.#folder, `worker-${this.#workers.length}.log`),
      compileCache: join(this.#folder, 'compiled'),
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Resolves when these workers have divided all tasks between them, and none is without. */
  async divided(...workers: readonly WorkerProcess[]): Promise<void> {
    const { topology } = this.#installation;
    const tasks = topology.topics.ticks.partitions + topology.joins.length;
    await until('the workers have divided the tasks', () => {
      const held = workers.map(tasksOf);
      return held.every((count) => count > 0) && held.reduce((sum, count) => sum + count, 0) === tasks;
    });
  }

  /** Resolves when the group has worked off all ticks there are. */
  async caughtUp(): Promise<void> {
    const { admin, topology } = this.#installation;
    const { name } = topology.topics.ticks;
    const ends = (await admin.watermarks(name)).map(({ high }) => high);
    await until('the ticks are worked off', async () => {
      const offsets = await admin.committedOffsets(topology.stageSets.all.groupId, name);
      return ends.every((end, partition) => (offsets[partition] ?? 0) >= end);
    });
  }

  /** The records of a topic as `arbitrex consume` of the checkout in `root` gives them. */
  async consume(root: string, topic: string, ...options: readonly string[]): Promise<Record<string, unknown>[]> {
    const args = [join(root, 'src/cli/main.ts'), 'consume', topic, '--json', '--settings', this.#settingsFile, ...options];
    const env = { ...process.env, KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: MAX_OUTPUT_BYTES });
    return linesOf(stdout);
  }

  /** Ends what still runs, and removes logs and settings. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => (worker.ending === null ? worker.kill() : null)));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Ends a worker as an operator does, and gives what it has done. */
export async function stop(worker: WorkerProcess): Promise<WorkerStats> {
  worker.signal('SIGTERM');
  return statsOf(worker);
}

/** What a worker has done, when it has ended. Throws, with its log, where it did not end well. */
export async function statsOf(worker: WorkerProcess): Promise<WorkerStats> {
  const { code } = await worker.ended;
  const log = readFileSync(worker.logFile, 'utf8');
  if (code !== 0) throw new Error(`a worker ended with code ${code}:\n${log}`);
  return linesOf(log).at(-1) as unknown as WorkerStats;
}

/** What a worker has warned of, and worse. */
export function warningsOf(worker: WorkerProcess): LogLine[] {
  return logOf(worker).filter(({ level }) => level === 'warn' || level === 'error');
}

function tasksOf(worker: WorkerProcess): number {
  const { added, kept } = logOf(worker).findLast(({ msg }) => msg === 'partitions assigned') ?? { added: 0, kept: 0 };
  return Number(added) + Number(kept);
}

function logOf(worker: WorkerProcess): LogLine[] {
  return linesOf(readFileSync(worker.logFile, 'utf8'));
}

/** Whole lines only: the last may be half written. */
function linesOf(text: string): LogLine[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogLine);
}
