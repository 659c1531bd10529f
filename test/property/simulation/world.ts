import { RegistryOutage } from '../../../src/codec/errors.ts';
import { type SchemaName, schemas } from '../../../src/codec/generated/records.ts';
import type { Registry } from '../../../src/codec/registry.ts';
import type { KafkaConnection } from '../../../src/kafka/connection.ts';
import { silentLog } from '../../../src/log.ts';
import { Worker } from '../../../src/worker/worker.ts';
import { buildTopology, type StageSetName, type Topology } from '../../../topology/fx.ts';
import type { Settings } from '../../../topology/settings.ts';
import { ourSchemas, SCHEMA_IDS } from '../../unit/worker/support.ts';
import { SimCluster } from './cluster.ts';
import type { SentTick } from './outputs.ts';
import { currentProcess, Schedule, type SimProcess } from './schedule.ts';

/** How often the registry does not answer. */
const REGISTRY_OUTAGES = 0.1;
/** Steps after which a run that should end is given up. */
const MOST_STEPS = 100_000;
const MOST_WORKERS = 3;
/** Steps without a disturbance. */
const REST = 1_000;
/** Steps between two disturbances, at the most. */
const LONGEST_QUIET = 120;
/** Steps after which a worker that waits for the end is dropped by its group, at the most. */
const LATEST_DROP = 1_500;

/** Told how many steps there have been. */
type Meanwhile = (steps: number) => unknown;

interface RunningWorker {
  readonly process: SimProcess;
  readonly stages: StageSetName;
  /** Null while it starts. */
  worker: Worker | null;
}

/** Real workers on a simulated cluster, and what is done to them. */
export class World {
  readonly topology: Topology;
  readonly cluster: SimCluster;
  readonly #settings: Settings;
  readonly #sets: readonly StageSetName[];
  readonly #schedule: Schedule;
  #workers: RunningWorker[] = [];
  #failures: unknown[] = [];
  #started = 0;

  /** `sets`: the stage sets that share the work. */
  constructor(settings: Settings, sets: readonly StageSetName[], seed: number) {
    this.topology = buildTopology(settings);
    this.#schedule = new Schedule(seed);
    this.cluster = new SimCluster(this.#schedule, this.topology);
    this.#settings = settings;
    this.#sets = sets;
  }

  /** Produces ticks, by partition. */
  send(input: readonly (readonly SentTick[])[]): void {
    const partitions = this.cluster.partitions(this.topology.topics.ticks.name);
    for (const [partition, ticks] of input.entries()) for (const { record } of ticks) partitions[partition]!.append(record, null);
  }

  /** Lets workers work, and disturbs them this many times, each time in a way that is drawn. */
  async disturb(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      this.#schedule.pick([this.#start, this.#start, this.#stop, this.#kill, this.#freeze, this.#thaw, this.#expel, this.#compact])();
      if (this.#workers.length === 0) this.#start();
      for (let quiet = this.#schedule.between(0, LONGEST_QUIET); quiet > 0; quiet--) await this.#next();
    }
  }

  /** Disturbs nobody for a while, long enough to work off most of what there is. */
  async rest(): Promise<void> {
    this.#thaw();
    this.#expel();
    for (const set of this.#sets) if (!this.#workers.some(({ stages }) => stages === set)) this.#start(set);
    for (let steps = 0; steps < REST; steps++) await this.#next();
  }

  /** Lets workers work off all there is, disturbed no more but for one loss of all partitions. */
  async finish(): Promise<void> {
    this.#thaw();
    this.#expel();
    for (const set of this.#sets) {
      const [last = this.#start(set), ...others] = this.#workers.filter(({ stages }) => stages === set);
      for (const other of others) await this.#through(other, (worker) => worker.stop());
      this.#workers = this.#workers.filter((running) => !others.includes(running));
      await this.#until(() => last.worker?.stats().tasks === this.#tasksOf(set));
      // Waiting for the end outlasts a loss of all partitions on the way.
      const dropAt = this.#schedule.between(0, LATEST_DROP);
      await this.#through(
        last,
        (worker) => worker.caughtUp(),
        (steps) => steps === dropAt && this.#drop(last),
      );
    }
    for (const running of this.#workers) await this.#through(running, (worker) => worker.stop());
    // Markers of the last transactions.
    while (await this.#next());
  }

  #tasksOf(set: StageSetName): number {
    const { stageSets, topics } = this.topology;
    return stageSets[set].assigned.reduce((sum, role) => sum + topics[role].partitions, 0);
  }

  readonly #start = (stages: StageSetName = this.#schedule.pick(this.#sets)): RunningWorker => {
    if (this.#workers.length >= MOST_WORKERS * this.#sets.length) this.#stop();
    this.cluster.note('worker started');
    const process: SimProcess = { name: `worker-${this.#started++}`, isDead: false, isFrozen: false };
    const running: RunningWorker = { process, stages, worker: null };
    this.#workers.push(running);
    const connection = { cluster: this.cluster, process } as unknown as KafkaConnection;
    const registry = simulatedRegistry(this.#schedule, process);
    const options = { settings: this.#settings, topology: this.topology, stages, connection, registry, log: silentLog };
    this.#inside(running, () =>
      Worker.start(options).then(
        (worker) => {
          running.worker = worker;
          worker.failed.catch((error) => this.#failures.push(error));
        },
        (error) => this.#failures.push(error),
      ),
    );
    return running;
  };

  readonly #stop = (): void => {
    const running = this.#pickOf(({ worker, process }) => worker !== null && !process.isFrozen);
    if (running === undefined) return;
    this.cluster.note('worker stopped');
    this.#workers = this.#workers.filter((one) => one !== running);
    this.#inside(running, () => running.worker!.stop());
  };

  readonly #kill = (): void => {
    const running = this.#pickOf(() => true);
    if (running === undefined) return;
    this.cluster.note('worker killed');
    this.#workers = this.#workers.filter((one) => one !== running);
    running.process.isDead = true;
  };

  readonly #freeze = (): void => {
    const running = this.#pickOf(() => true);
    if (running === undefined) return;
    this.cluster.note('worker frozen');
    running.process.isFrozen = true;
  };

  readonly #thaw = (): void => {
    for (const { process } of this.#workers) process.isFrozen = false;
  };

  /** The session timeout. */
  readonly #expel = (): void => {
    for (const set of this.#sets) this.cluster.group(this.topology.stageSets[set].groupId).expelSilent();
  };

  readonly #compact = (): void => {
    const topic = this.#schedule.pick(['clean-changelog', 'tier1-changelog', 'join-changelog'] as const);
    const partition = this.#schedule.pick(this.cluster.partitions(this.topology.topics[topic].name));
    partition.compact(this.#schedule.between(0, partition.end));
    this.cluster.note('changelog compacted');
  };

  #pickOf(isSuitable: (running: RunningWorker) => boolean): RunningWorker | undefined {
    return this.#schedule.pick(this.#workers.filter(isSuitable));
  }

  /** Steps until what a worker was asked for is done. */
  async #through(running: RunningWorker, ask: (worker: Worker) => Promise<void>, meanwhile: Meanwhile = () => {}): Promise<void> {
    await this.#until(() => running.worker !== null);
    let isDone = false;
    this.#inside(running, () =>
      ask(running.worker!).then(
        () => {
          isDone = true;
        },
        (error) => this.#failures.push(error),
      ),
    );
    await this.#until(() => isDone, meanwhile);
  }

  /** The group takes a worker for dead that is not; it will hear of it. */
  #drop({ process }: RunningWorker): void {
    process.isFrozen = true;
    this.#expel();
    process.isFrozen = false;
  }

  /** Runs code as the worker's process. */
  #inside({ process }: RunningWorker, run: () => unknown): void {
    currentProcess.run({ process, schedule: this.#schedule }, () => void run());
  }

  async #until(isTrue: () => boolean, meanwhile: Meanwhile = () => {}): Promise<void> {
    for (let steps = 0; !isTrue(); steps++) {
      if (steps > MOST_STEPS) throw new Error('the run does not come to its end');
      meanwhile(steps);
      if (!(await this.#next())) throw new Error('nothing can happen any more');
    }
  }

  async #next(): Promise<boolean> {
    const hasHappened = await this.#schedule.next();
    if (this.#failures.length > 0) throw this.#failures[0];
    return hasHappened;
  }
}

/** A registry that knows our schemas, and does not always answer when it is asked for one. */
function simulatedRegistry(schedule: Schedule, process: SimProcess): Registry {
  const known = ourSchemas();
  const registry = {
    async register(_subject: string, schema: object): Promise<number> {
      const name = (Object.keys(schemas) as SchemaName[]).find((one) => schemas[one] === schema)!;
      return await schedule.request(process, () => SCHEMA_IDS[name]);
    },
    async schemaById(id: number): Promise<object> {
      const isDown = await schedule.request(process, () => schedule.chance(REGISTRY_OUTAGES));
      if (isDown) throw new RegistryOutage('the registry does not answer');
      return await known.schemaById(id);
    },
  };
  return registry as unknown as Registry;
}
