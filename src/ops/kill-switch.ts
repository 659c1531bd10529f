import type { Topology } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import { type ControlState, schemas } from '../codec/generated/records.ts';
import type { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import { readNewestValues } from '../kafka/compacted.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import type { Log } from '../log.ts';
import { ControlFeed } from './control-feed.ts';
import { type ControlTopic, writeControl } from './control-writer.ts';
import { ALL_SYMBOLS, type Halt } from './halt-book.ts';
import { findTargets, type HaltTarget } from './halt-targets.ts';

/** What the kill switch works on. */
export interface KillSwitchOptions {
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly log: Log;
}

/** Who wants a change, and why (null: not said). */
export interface HaltRequest {
  readonly reason: string | null;
  readonly requestedBy: string;
}

/** How long a change may take to be written and read back, ms. */
const WRITE_LIMIT_MS = 15_000;

/** Halts and resumes symbols, or all of them, through the control topic: every worker follows it. */
export class KillSwitch {
  readonly #options: KillSwitchOptions;
  readonly #table: PartitionTable;
  readonly #feed: ControlFeed;
  readonly #control: ControlTopic;

  /** Reads what is halted. Throws UserError where Kafka cannot be reached or the topics have not been created. Close it in the end. */
  static async open(options: KillSwitchOptions): Promise<KillSwitch> {
    const { topology, connection, registry, log } = options;
    const { name: topic, subject } = topology.topics.control;
    await checkTopic(connection, topic, log);
    const schemaId = await registry.register(subject, schemas.control);
    const feed = await ControlFeed.open({ connection, topic, schemas: registry, log });
    try {
      await feed.caughtUp();
    } catch (error) {
      await feed.close();
      throw error;
    }
    return new KillSwitch(options, feed, { connection, topic, schemaId, log });
  }

  private constructor(options: KillSwitchOptions, feed: ControlFeed, control: ControlTopic) {
    this.#options = options;
    this.#table = new PartitionTable(options.topology.partitioning, murmur2Partition);
    this.#feed = feed;
    this.#control = control;
  }

  /** All halts in force, the oldest first. */
  halts(): Halt[] {
    return this.#feed.halts.all();
  }

  /** The halt of a symbol, or of `*`, itself; null where there is none. */
  of(target: string): Halt | null {
    return this.#feed.halts.of(target);
  }

  /** Where symbols are and which others share their partitions. Throws UserError for a symbol that nobody knows, naming a near one. */
  async find(symbols: readonly string[]): Promise<HaltTarget[]> {
    const { partitioning, joins } = this.#options.topology;
    const halted = this.halts().map(({ target }) => target);
    const known = [
      ...partitioning.symbols,
      ...joins.flatMap(({ universe }) => universe.symbols),
      ...halted,
      ...(await this.#tickedBeside(symbols)),
    ];
    return findTargets(
      symbols,
      [...new Set(known)].filter((symbol) => symbol !== ALL_SYMBOLS),
      this.#table,
    );
  }

  /** Halts targets (symbols, or `*`). Resolves when every worker can read it. Throws UserError where that takes too long. */
  async halt(targets: readonly string[], request: HaltRequest): Promise<void> {
    await this.#write(targets, true, request);
  }

  /** Resumes targets, likewise. */
  async resume(targets: readonly string[], request: HaltRequest): Promise<void> {
    await this.#write(targets, false, request);
  }

  async close(): Promise<void> {
    await this.#feed.close();
  }

  async #write(targets: readonly string[], halted: boolean, { reason, requestedBy }: HaltRequest): Promise<void> {
    if (targets.length === 0) return;
    const state: ControlState = { halted, reason, requested_by: requestedBy, requested_at: Date.now() };
    const signal = AbortSignal.timeout(WRITE_LIMIT_MS);
    const tooLate = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    try {
      const written = writeControl(this.#control, new Map(targets.map((target) => [target, state])), signal);
      await Promise.race([written.then(() => this.#feed.caughtUp()), tooLate]);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new UserError(`${this.#control.topic} did not take the change within ${WRITE_LIMIT_MS / 1_000} s: it may come through later`, {
        hint: 'see that the brokers are in order, then look with `arbitrex halt --list`',
        cause: error,
      });
    }
  }

  /** The symbols that have ticked on the shared partitions of some symbols: the clean stage keeps state of each, on its partition. */
  async #tickedBeside(symbols: readonly string[]): Promise<string[]> {
    const { topology, connection, log } = this.#options;
    const changelog = topology.topics['clean-changelog'].name;
    const partitions = new Set(symbols.map((symbol) => this.#table.partitionOf(symbol)));
    const shared = [...partitions].filter((partition) => partition !== null && partition < topology.partitioning.sharedPartitions);
    const states = await Promise.all(shared.map((partition) => readNewestValues(connection, changelog, partition!, log)));
    return states.flatMap((state) => [...state.keys()]);
  }
}

async function checkTopic(connection: KafkaConnection, topic: string, log: Log): Promise<void> {
  const admin = await KafkaAdmin.connect(connection, log);
  try {
    if ((await admin.describeTopics([topic])).has(topic)) return;
  } finally {
    await admin.close();
  }
  throw new UserError(`Kafka has no topic ${topic}`, { hint: 'run `arbitrex topology apply`' });
}
