import type { StageSet } from '../../topology/fx.ts';
import { PartitionTable } from '../../topology/partition-table.ts';
import type { RegistryOutages } from '../codec/registry-outages.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import { murmur2Partition } from '../kafka/partitioner.ts';
import { Halts } from './halts.ts';
import { OutputCodec } from './output-codec.ts';
import { checkExclusive, checkLayout, checkTopics, registerSchemas } from './start-checks.ts';
import { batchLimitBytes } from './task-ports.ts';
import type { WorkerOptions } from './worker.ts';

/** What is opened and checked before there is a worker; it is the worker's to close. */
export interface WorkerParts {
  readonly admin: KafkaAdmin;
  readonly codec: OutputCodec;
  /** Null under exactly_once. */
  readonly producer: IdempotentProducer | null;
  readonly table: PartitionTable;
  /** Known up to now: what is halted is never begun. */
  readonly halts: Halts;
}

/**
 * Checks topics, schemas and the other stage sets, and reads what is halted. Waits out outages of the registry until the options' signal is
 * aborted. Throws UserError, or the signal's reason, with everything closed again.
 */
export async function openParts(options: WorkerOptions, set: StageSet, outages: RegistryOutages): Promise<WorkerParts> {
  const { settings, topology, connection, registry, log, signal } = options;
  const admin = await KafkaAdmin.connect(connection, log);
  let producer: IdempotentProducer | null = null;
  try {
    await checkTopics(topology, settings.domain.matrices, admin);
    await checkLayout(topology, connection, log);
    await checkExclusive(topology, set, admin);
    const ids = await outages.through('registering the schemas', () => registerSchemas(topology, registry), signal);
    if (ids === undefined) throw signal!.reason;
    const codec = new OutputCodec(settings.domain, ids, registry);
    if (settings.runtime.guarantee === 'at_least_once') {
      producer = await IdempotentProducer.open(connection, log, { maxBatchBytes: batchLimitBytes(settings.topics) });
    }
    const table = new PartitionTable(topology.partitioning, murmur2Partition);
    const control = { connection, topic: topology.topics.control.name, schemaId: ids.control, log };
    return { admin, codec, producer, table, halts: await Halts.open(control, registry, table, outages, signal) };
  } catch (error) {
    await producer?.close();
    await admin.close();
    throw error;
  }
}
