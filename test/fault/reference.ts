import type { DomainSettings } from '../../src/domain/settings.ts';
import { hasBadSymbol } from '../../src/domain/tick-checks.ts';
import { TopologyDriver } from '../../src/runtime/driver.ts';
import type { OutputCodec } from '../../src/worker/output-codec.ts';
import type { PartitionTable } from '../../topology/partition-table.ts';
import type { InputRecord } from './input.ts';

/** A record that the topology must have written. */
export interface ExpectedRecord {
  readonly key: string;
  readonly value: Buffer;
}

/** A record that must be among the dead letters. */
export interface ExpectedLetter {
  readonly reason: string;
  readonly timeframes: readonly string[];
  /** Of the record as it was produced. */
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Its offset there; null where it was sent on, and its place is not known beforehand. */
  readonly offset: number | null;
}

/** What a run over an input must come to, by the in-process driver and the worker's own encoding. */
export interface Reference {
  /** By partition, in order. */
  readonly clean: readonly (readonly ExpectedRecord[])[];
  readonly features: readonly (readonly ExpectedRecord[])[];
  /** By `universe/timeframe`, in order. */
  readonly matrices: ReadonlyMap<string, readonly ExpectedRecord[]>;
  /** By the partition that the record belongs to. */
  readonly letters: readonly (readonly ExpectedLetter[])[];
  readonly duplicates: readonly number[];
  readonly forwardedFrom: readonly number[];
  readonly forwardedTo: readonly number[];
  /** How many clean bars a partition must have put out once its first n records are worked off, by n. */
  readonly barsAfter: readonly (readonly number[])[];
  /** Ticks that are held when the input ends. */
  readonly held: number;
  readonly records: number;
}

interface Origin {
  readonly record: InputRecord;
  readonly partition: number;
  readonly offset: number | null;
}

/** Runs the in-process driver over the input. */
export function makeReference(
  input: readonly (readonly InputRecord[])[],
  domain: DomainSettings,
  codec: OutputCodec,
  table: PartitionTable,
): Reference {
  const empty = <T>(): T[][] => input.map(() => []);
  const zeros = (): number[] => input.map(() => 0);
  const clean = empty<ExpectedRecord>();
  const features = empty<ExpectedRecord>();
  const letters = empty<ExpectedLetter>();
  const matrices = new Map<string, ExpectedRecord[]>();
  const [duplicates, forwardedFrom, forwardedTo] = [zeros(), zeros(), zeros()];
  const barsAfter = input.map(() => [0]);
  let at = 0;
  const letter = (reason: string, { record, partition, offset }: Origin, timeframes: readonly string[] = []) =>
    letters[partition]!.push({ reason, timeframes, partition, offset, key: record.key, value: record.value });
  const driver = new TopologyDriver<Origin>(domain, {
    bar: (bar) => clean[at]!.push({ key: bar.symbol, value: codec.cleanBar(bar) }),
    features: (row) => features[at]!.push({ key: row.symbol, value: codec.featureRow(row) }),
    matrix(matrix) {
      const key = `${matrix.universe}/${matrix.timeframe}`;
      const ofKey = matrices.get(key) ?? [];
      matrices.set(key, ofKey);
      ofKey.push({ key, value: codec.matrix(matrix) });
    },
    refused: (reason, origin, timeframes) => letter(reason, origin, timeframes),
    duplicate: ({ partition }) => duplicates[partition]!++,
  });
  const sentOn: Origin[] = [];
  for (const [partition, records] of input.entries()) {
    at = partition;
    for (const [offset, record] of records.entries()) {
      const { tick, poison } = record;
      const home = tick === null || hasBadSymbol(tick) ? partition : table.partitionOf(tick.symbol);
      if (home !== partition) {
        sentOn.push({ record, partition: home!, offset: null });
        forwardedFrom[partition]!++;
        forwardedTo[home!]!++;
      } else if (tick === null) letter(poison!, { record, partition, offset });
      else driver.tick(tick, { record, partition, offset });
      barsAfter[partition]!.push(clean[partition]!.length);
    }
  }
  // They lie behind all that was produced to their partition.
  for (const origin of sentOn) {
    at = origin.partition;
    driver.tick(origin.record.tick!, origin);
  }
  driver.end();
  const records = input.reduce((sum, ofPartition) => sum + ofPartition.length, 0);
  return { clean, features, matrices, letters, duplicates, forwardedFrom, forwardedTo, barsAfter, held: driver.counts().held, records };
}
