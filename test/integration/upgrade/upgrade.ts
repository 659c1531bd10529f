/** An upgrade as it goes on: ticks of one build's producers or both, into two workers that are replaced one after the other. */
import { schemas } from '../../../src/codec/generated/records.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { packageRoot } from '../../../src/paths.ts';
import type { WorkerStats } from '../../../src/worker/worker-stats.ts';
import type { WorkerProcess } from '../../fault/worker-process.ts';
import type { Installation } from '../worker/installation.ts';
import { type OutgoingTick, outgoing, tickBytes } from '../worker/outgoing-ticks.ts';
import { type Fleet, statsOf, stop } from './fleet.ts';
import type { NextVersion } from './next-version.ts';

/** Today's build, or the next version's. */
export type Build = 'old' | 'new';

/** A stretch of time of an upgrade: which builds the workers are, and those of the producers, who send by turns. */
export interface Stretch {
  readonly workers: readonly Build[];
  readonly producers: readonly Build[];
}

export class Upgrade {
  /** Every worker there was. */
  readonly workers: WorkerProcess[] = [];
  /** What each has done, in the order in which they ended. */
  readonly stats: WorkerStats[] = [];
  /** The value of every tick that was sent, in the order of the input. */
  readonly sent: Buffer[] = [];
  readonly #installation: Installation;
  readonly #fleet: Fleet;
  readonly #next: NextVersion;
  readonly #ticks: readonly Tick[];
  readonly #tickIds: Partial<Record<Build, Promise<number>>> = {};
  readonly #atWork: { readonly build: Build; readonly process: WorkerProcess }[] = [];

  constructor(installation: Installation, fleet: Fleet, next: NextVersion, ticks: readonly Tick[]) {
    this.#installation = installation;
    this.#fleet = fleet;
    this.#next = next;
    this.#ticks = ticks;
  }

  /** Sends `count` ticks more: half of them while workers are replaced, half when all are at work; resolves when they are worked off. */
  async go({ workers, producers }: Stretch, count: number): Promise<void> {
    const half = Math.floor(count / 2);
    await Promise.all([this.send(half, producers), this.#replace(workers)]);
    await this.send(count - half, producers);
    await this.#fleet.caughtUp();
  }

  /** Stops the workers. */
  async stop(): Promise<void> {
    for (const { process } of this.#atWork.splice(0)) this.stats.push(await stop(process));
  }

  /** Lets one worker work off all input there is. */
  async runToEnd(build: Build): Promise<void> {
    this.stats.push(await statsOf(this.#start(build, true)));
  }

  /** Sends the next `count` ticks of the input. */
  async send(count: number, producers: readonly Build[]): Promise<void> {
    const part = this.#ticks.slice(this.sent.length, this.sent.length + count);
    const records: OutgoingTick[] = [];
    for (const [i, tick] of part.entries()) records.push(await this.record(producers[i % producers.length]!, tick));
    this.sent.push(...records.map(({ value }) => value!));
    await this.#installation.send(...records);
  }

  /** A tick as a producer of a build sends it. */
  async record(build: Build, tick: Tick): Promise<OutgoingTick> {
    const value = tickBytes(await this.tickSchemaId(build), tick);
    return outgoing(0, tick, { value: build === 'old' ? value : Buffer.concat([value, this.#next.addedTickBytes]) });
  }

  /** The id of the tick schema of a build's producers, registered by them when they start. */
  async tickSchemaId(build: Build): Promise<number> {
    const { registry, topology } = this.#installation;
    this.#tickIds[build] ??= registry.register(topology.topics.ticks.subject, build === 'old' ? schemas.tick : this.#next.tick);
    return await this.#tickIds[build];
  }

  async #replace(builds: readonly Build[]): Promise<void> {
    for (const [i, build] of builds.entries()) {
      const before = this.#atWork[i];
      if (before?.build === build) continue;
      if (before !== undefined) this.stats.push(await stop(before.process));
      this.#atWork[i] = { build, process: this.#start(build, false) };
      await this.#fleet.divided(...this.#atWork.map(({ process }) => process));
    }
  }

  #start(build: Build, untilEnd: boolean): WorkerProcess {
    const worker = this.#fleet.start(build === 'old' ? packageRoot : this.#next.root, { untilEnd });
    this.workers.push(worker);
    return worker;
  }
}
