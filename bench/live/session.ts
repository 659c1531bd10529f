import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../lib/command.ts';
import { HelperProcess } from '../lib/helper-process.ts';
import { type Guarantee, Installation } from '../lib/installation.ts';
import { DURATIONS_MS, marketSettings, marketSymbols } from '../lib/market.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import { WorkerProcess } from '../lib/worker-process.ts';
import type { LoaderCommand, LoaderMessage, LoaderTask } from './loader-messages.ts';
import type { Observation, ObserverMessage, ObserverTask } from './observer-messages.ts';

const LIMIT_MS = 120_000;
/** After the load has ended: what is not seen by then does not come. */
const TRAILING_MS = 3_000;

/** One-second bars, so that there is something to measure every second. */
const TIMEFRAME = '1s';

/** What a session is of. */
export interface SessionOptions {
  readonly guarantee: Guarantee;
  readonly ticksPerSecond: number;
  /** One a command: each can be killed by itself. A number: `--workers` of it. */
  readonly workers: readonly number[];
}

/** What the load came to. */
export interface Load {
  readonly sent: number;
  readonly garbage: number;
  readonly seconds: number;
}

/** Workers under a steady live load, watched by an independent consumer; topics of its own. */
export class LiveSession {
  readonly installation: Installation;
  readonly settingsFile: string;
  readonly workers: readonly WorkerProcess[];
  readonly #observer: HelperProcess<ObserverMessage>;
  readonly #loader: HelperProcess<LoaderMessage>;

  private constructor(
    installation: Installation,
    settingsFile: string,
    workers: readonly WorkerProcess[],
    observer: HelperProcess<ObserverMessage>,
    loader: HelperProcess<LoaderMessage>,
  ) {
    this.installation = installation;
    this.settingsFile = settingsFile;
    this.workers = workers;
    this.#observer = observer;
    this.#loader = loader;
  }

  /** Resolves when the first tier-1 record has arrived: all is running. */
  static async start(context: BenchContext, platform: BenchPlatform, options: SessionOptions): Promise<LiveSession> {
    const { scope } = context;
    const { brokers, registryUrl } = platform;
    const installation = await Installation.create(context, platform, marketSettings([TIMEFRAME]));
    const settingsFile = installation.settingsFile(options.guarantee);
    const task: ObserverTask = {
      brokers,
      registryUrl,
      topics: {
        ticks: installation.topic('ticks'),
        rows: installation.topic('features-tier1'),
        matrices: installation.topic('features-tier2'),
      },
      durationMs: DURATIONS_MS[TIMEFRAME],
    };
    const observer = new HelperProcess<ObserverMessage>(scope, join(import.meta.dirname, 'observer-main.ts'), task);
    await observer.said('ready', LIMIT_MS);
    const workers = options.workers.map((count) => WorkerProcess.start(scope, platform, { settingsFile, workers: count }));
    const { name, subject } = installation.topology.topics.ticks;
    const load: LoaderTask = {
      brokers,
      registryUrl,
      topic: name,
      subject,
      symbols: marketSymbols(),
      ticksPerSecond: options.ticksPerSecond,
    };
    const loader = new HelperProcess<LoaderMessage>(scope, join(import.meta.dirname, 'loader-main.ts'), load);
    const session = new LiveSession(installation, settingsFile, workers, observer, loader);
    await session.whileAllIsWell(observer.said('first', LIMIT_MS));
    return session;
  }

  /** Processes that are part of the measuring, not of what is measured. */
  get helperPids(): readonly number[] {
    return [this.#observer.pid, this.#loader.pid];
  }

  /** What `work` resolves to; rejects where a worker, the load or the observer ends before. */
  async whileAllIsWell<T>(work: Promise<T>): Promise<T> {
    const failures = [this.#loader.failed(), this.#observer.failed(), ...this.workers.map((worker) => worker.failed())];
    return await Promise.race([work, ...failures]);
  }

  /** From now on every second record of the symbol is garbage; null: none any more. */
  poison(symbol: string | null): void {
    this.#loader.tell({ poison: symbol } satisfies LoaderCommand);
  }

  /** Ends the load, then the observing, then the workers; resolves to what was observed. */
  async finish(): Promise<{ load: Load; observation: Observation }> {
    this.#loader.tell({ stop: true } satisfies LoaderCommand);
    const load = await this.#loader.said('stopped', LIMIT_MS);
    await sleep(TRAILING_MS);
    this.#observer.tell({ report: true });
    const observation = await this.#observer.said('report', LIMIT_MS);
    await this.#loader.end();
    await this.#observer.end();
    for (const worker of this.workers) await worker.stop();
    return { load, observation };
  }
}
