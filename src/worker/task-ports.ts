import type { Settings, TopicSettings } from '../../topology/settings.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import type { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import type { Membership, OffsetCommitter } from '../kafka/offsets.ts';
import { FencedError as KafkaFencedError, TransactionalProducer } from '../kafka/transactional-producer.ts';
import { stampEmission } from '../lineage/emission.ts';
import type { Log } from '../log.ts';
import { type CommitBatch, FencedError, type OnTaskStep, type TaskPorts, type TaskProducer, type TopicOutput } from '../runtime/ports.ts';
import type { ChangelogReader } from './changelog-reader.ts';

/** What the tasks of a worker share. */
export interface SharedClients {
  readonly connection: KafkaConnection;
  readonly admin: KafkaAdmin;
  readonly changelogs: ChangelogReader;
  readonly log: Log;
  /** Absent but in fault tests. */
  readonly onStep?: OnTaskStep | undefined;
}

/** Of one record batch: beyond this, larger ones make writing no faster. */
const LARGEST_BATCH_BYTES = 1_000_000;

/** The largest record batch to write: a topic's limit holds for batches, and every topic must take them. */
export function batchLimitBytes({ maxMessageBytes, tier2MaxMessageBytes }: TopicSettings): number {
  return Math.min(LARGEST_BATCH_BYTES, maxMessageBytes, tier2MaxMessageBytes);
}

/** Ports under exactly_once: every task holds a transactional id of its own, and a commit is one transaction. */
export function exactlyOncePorts(clients: SharedClients, { runtime, topics }: Pick<Settings, 'runtime' | 'topics'>): TaskPorts {
  return {
    ...readingPorts(clients),
    async fence({ transactionalId, partitions, groups }, signal) {
      const options = {
        timeoutMs: runtime.transactionTimeoutMs,
        maxBatchBytes: batchLimitBytes(topics),
        writes: { partitions, groups },
        signal,
        onStep: clients.onStep,
      };
      const producer = await TransactionalProducer.fence(clients.connection, transactionalId, clients.log, options);
      return new ExactlyOnceProducer(producer);
    },
  };
}

/** Ports under at_least_once: outputs, then changelog, then positions, each acknowledged before the next. Nothing is fenced. */
export function atLeastOncePorts(
  clients: SharedClients,
  producer: IdempotentProducer,
  committer: OffsetCommitter,
  membership: () => Membership,
): TaskPorts {
  const writeAhead = async (outputs: readonly TopicOutput[]): Promise<void> => {
    stampEmission(outputs, Date.now());
    await producer.send(toMessages(outputs));
    clients.onStep?.('after-outputs');
  };
  const shared: TaskProducer = {
    writeAhead,
    async commit({ outputs, changelog, positions }) {
      await writeAhead(outputs);
      // One topic after the other: the state of a later stage may run ahead of an earlier one's, never behind.
      for (const topic of changelog) {
        await producer.send(toMessages([topic]));
        clients.onStep?.('after-changelog');
      }
      if (positions.length > 0) await committer.commit(positions, membership());
      clients.onStep?.('after-positions');
    },
    async dispose() {},
  };
  return { ...readingPorts(clients), fence: async () => shared };
}

function readingPorts({ admin, changelogs, onStep }: SharedClients): Omit<TaskPorts, 'fence'> {
  return {
    onStep,
    async committedOffset(groupId, topic, partition) {
      const offsets = await admin.committedOffsets(groupId, topic);
      return offsets[partition] ?? null;
    },
    readChangelog: (topic, partition, onRecord) => changelogs.read(topic, partition, onRecord),
  };
}

class ExactlyOnceProducer implements TaskProducer {
  readonly #producer: TransactionalProducer;

  constructor(producer: TransactionalProducer) {
    this.#producer = producer;
  }

  async commit({ outputs, changelog, positions }: CommitBatch): Promise<void> {
    stampEmission(outputs, Date.now());
    try {
      await this.#producer.commit({ messages: toMessages([...outputs, ...changelog]), offsets: positions });
    } catch (error) {
      if (error instanceof KafkaFencedError) throw new FencedError(error.message, { cause: error });
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.#producer.dispose();
  }
}

function toMessages(outputs: readonly TopicOutput[]): { topic: string; messages: TopicOutput['records'] }[] {
  return outputs.map(({ topic, records }) => ({ topic, messages: records }));
}
