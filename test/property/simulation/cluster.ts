import type { OutgoingRecord } from '../../../src/kafka/record-batch-writer.ts';
import { FencedError } from '../../../src/kafka/transactional-producer.ts';
import type { GroupPosition } from '../../../src/runtime/ports.ts';
import type { Topology } from '../../../topology/fx.ts';
import { SimGroup } from './group.ts';
import { SimPartition, type Transaction } from './partition.ts';
import type { Schedule, SimProcess } from './schedule.ts';

/** What one process connects to: handed to the code under test as its KafkaConnection. */
export interface SimConnection {
  readonly cluster: SimCluster;
  readonly process: SimProcess;
}

/** A transactional id: who holds it, and the transaction that is not over. */
interface Coordinator {
  epoch: number;
  current: OpenTransaction | null;
}

interface OpenTransaction extends Transaction {
  readonly partitions: Set<SimPartition>;
  readonly positions: GroupPosition[];
}

/** What happened in a run, by name. */
export type Happenings = Map<string, number>;

/**
 * Kafka as far as workers meet it: a log in partitions, transactions with fencing, positions of groups, membership. Every request takes two
 * steps of the schedule, and the markers of a transaction come one by one in any order.
 */
export class SimCluster {
  readonly schedule: Schedule;
  readonly happenings: Happenings = new Map();
  readonly #topics: ReadonlyMap<string, readonly SimPartition[]>;
  readonly #positions = new Map<string, number>();
  readonly #coordinators = new Map<string, Coordinator>();
  readonly #groups = new Map<string, SimGroup>();

  constructor(schedule: Schedule, topology: Topology) {
    this.schedule = schedule;
    this.#topics = new Map(
      Object.values(topology.topics).map(({ name, partitions }) => [name, Array.from({ length: partitions }, () => new SimPartition())]),
    );
  }

  /** Notes that something happened. */
  note(what: string): void {
    this.happenings.set(what, (this.happenings.get(what) ?? 0) + 1);
  }

  partitions(topic: string): readonly SimPartition[] {
    return this.#topics.get(topic)!;
  }

  hasTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  group(groupId: string): SimGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new SimGroup((topic) => this.partitions(topic).length);
      this.#groups.set(groupId, group);
    }
    return group;
  }

  /** The group's position, null where it has none. */
  position(groupId: string, topic: string, partition: number): number | null {
    return this.#positions.get(`${groupId} ${topic}-${partition}`) ?? null;
  }

  /** Takes a transactional id over: what its holder has begun is aborted, what it has ended is completed first. Gives the new epoch. */
  async fence(process: SimProcess, transactionalId: string): Promise<number> {
    const coordinator = this.#coordinator(transactionalId);
    const epoch = await this.schedule.request(process, () => {
      if (coordinator.current?.outcome === 'open') {
        this.note('transaction aborted by a fence');
        this.#end(coordinator, 'abort');
      }
      return ++coordinator.epoch;
    });
    await this.schedule.request(
      process,
      () => {},
      () => coordinator.current === null || coordinator.epoch !== epoch,
    );
    return epoch;
  }

  /** Writes records to one partition in the open transaction of an id. Throws FencedError. */
  async produce(process: SimProcess, holder: Holder, topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<void> {
    await this.#inTransaction(process, holder, (transaction) => {
      const to = this.partitions(topic)[partition]!;
      transaction.partitions.add(to);
      for (const record of records) to.append(record, transaction);
    });
  }

  /** Adds positions to the open transaction of an id. Throws FencedError. */
  async addPositions(process: SimProcess, holder: Holder, positions: readonly GroupPosition[]): Promise<void> {
    await this.#inTransaction(process, holder, (transaction) => {
      transaction.positions.push(...positions);
    });
  }

  /** Commits the open transaction of an id. The answer may come before any marker is written. Throws FencedError. */
  async commit(process: SimProcess, holder: Holder): Promise<void> {
    await this.schedule.request(process, () => {
      const coordinator = this.#heldBy(holder);
      this.note('commit');
      this.#end(coordinator, 'commit');
    });
  }

  async #inTransaction(process: SimProcess, holder: Holder, act: (transaction: OpenTransaction) => void): Promise<void> {
    const coordinator = this.#coordinator(holder.transactionalId);
    await this.schedule.request(
      process,
      () => {
        this.#heldBy(holder);
        coordinator.current ??= { outcome: 'open', partitions: new Set(), positions: [] };
        act(coordinator.current);
      },
      // CONCURRENT_TRANSACTIONS: the one before has to be over.
      () => coordinator.epoch !== holder.epoch || coordinator.current === null || coordinator.current.outcome === 'open',
    );
  }

  #heldBy({ transactionalId, epoch }: Holder): Coordinator {
    const coordinator = this.#coordinator(transactionalId);
    if (coordinator.epoch !== epoch) {
      this.note('zombie fenced');
      throw new FencedError(`${transactionalId} was taken over`);
    }
    return coordinator;
  }

  /** The outcome is decided; markers follow, each for itself, and the transaction is over when all are written. */
  #end(coordinator: Coordinator, outcome: 'commit' | 'abort'): void {
    const transaction = coordinator.current!;
    transaction.outcome = outcome;
    const markers = [...transaction.partitions].map((partition) => () => partition.mark(transaction));
    const apply = (): void => {
      for (const { groupId, topic, partition, offset } of transaction.positions) {
        this.#positions.set(`${groupId} ${topic}-${partition}`, offset);
      }
    };
    if (outcome === 'commit') markers.push(apply);
    void Promise.all(markers.map((marker) => this.schedule.step(null, marker))).then(() => {
      coordinator.current = null;
    });
  }

  #coordinator(transactionalId: string): Coordinator {
    let coordinator = this.#coordinators.get(transactionalId);
    if (coordinator === undefined) {
      coordinator = { epoch: 0, current: null };
      this.#coordinators.set(transactionalId, coordinator);
    }
    return coordinator;
  }
}

/** One holder of a transactional id. */
export interface Holder {
  readonly transactionalId: string;
  readonly epoch: number;
}
