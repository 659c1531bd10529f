import { RecordDecoder } from '../../src/codec/decoder.ts';
import { type Records, type SchemaName, schemas } from '../../src/codec/generated/records.ts';
import { LogReader } from '../../src/kafka/log-reader.ts';
import { silentLog } from '../../src/log.ts';
import type { TopicRole } from '../../topology/topics.ts';
import type { Run } from './run.ts';
import { type Ledger, ledgerOf, readStoredBatches, type StoredBatch, type StoredRecord } from './segments.ts';
import { until } from './wait.ts';

/** One partition of a topic at the end of a case. */
export interface PartitionView {
  readonly batches: readonly StoredBatch[];
  readonly ledger: Ledger;
}

/** Topics whose records people read. */
export const DATA_ROLES = ['clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters', 'ticks'] as const;
export const STATE_ROLES = ['clean-changelog', 'tier1-changelog', 'join-changelog'] as const;

const SETTLE_LIMIT_MS = 20_000;
const READ_LIMIT_MS = 60_000;

/** The topics of a run as they lie in the log. */
export interface View {
  readonly run: Run;
  of(role: TopicRole): readonly PartitionView[];
}

/** Waits until no transaction is open and gives what the log holds. */
export async function takeView(run: Run): Promise<View> {
  const roles = [...DATA_ROLES, ...STATE_ROLES];
  let topics = new Map<TopicRole, PartitionView[]>();
  await until(
    'every transaction has ended',
    () => {
      topics = new Map(roles.map((role) => [role, viewsOf(run, role)]));
      return [...topics.values()].flat().every(({ ledger }) => ledger.open.length === 0);
    },
    SETTLE_LIMIT_MS,
  );
  return { run, of: (role) => topics.get(role)! };
}

/** A topic of a run as it lies in the log now. */
export function viewsOf(run: Run, role: TopicRole): PartitionView[] {
  const { name, partitions } = run.topology.topics[role];
  return Array.from({ length: partitions }, (_, partition) => {
    const copies = run.cluster.nodes.map(({ data }) => readStoredBatches(data, name, partition));
    // A copy may be a moment behind; the longest is the one that has all.
    const batches = copies.reduce((longest, copy) =>
      (copy.at(-1)?.baseOffset ?? -1) > (longest.at(-1)?.baseOffset ?? -1) ? copy : longest,
    );
    return { batches, ledger: ledgerOf(batches) };
  });
}

/** What our own read_committed reader makes of a topic: its records by partition. */
export async function readCommitted(run: Run, role: TopicRole): Promise<StoredRecord[][]> {
  const { name, partitions } = run.topology.topics[role];
  const connection = { brokers: run.cluster.brokers, clientId: 'fault-suite' };
  // Small answers: transactions are met from their middle, too.
  const limits = { maxBytes: 64 * 1024, maxBytesPerPartition: 2 * 1024, maxWaitMs: 100 };
  const reader = new LogReader(connection, silentLog, { isolation: 'read_committed', ...limits });
  await reader.connect();
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const ends = await reader.listOffsets(name, all, 'last-stable');
  const records: StoredRecord[][] = all.map(() => []);
  for (const partition of all) reader.assign(name, partition, 0);
  const giveUpAt = performance.now() + READ_LIMIT_MS;
  while (all.some((partition) => reader.position(name, partition)! < ends.get(partition)!)) {
    if (performance.now() > giveUpAt) throw new Error(`${name} could not be read to its end within ${READ_LIMIT_MS / 1_000} s`);
    for (const batch of await reader.fetch()) records[batch.partition]!.push(...batch.records);
  }
  await reader.close();
  return records;
}

/** Decodes the values of records; tombstones are left out. */
export async function decodeAll<Name extends SchemaName>(run: Run, name: Name, records: readonly StoredRecord[]): Promise<Records[Name][]> {
  const decoder = new RecordDecoder<Records[Name]>(run.registry, schemas[name]);
  const values = records.flatMap(({ value }) => (value === null ? [] : [value]));
  await decoder.prepare(values);
  return values.map((value) => decoder.decode(value));
}
