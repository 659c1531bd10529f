import type { Topology } from '../../topology/fx.ts';
import { schemas, type Tier1Features } from '../codec/generated/records.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { type Log, silentLog } from '../log.ts';
import { type ColumnDifference, ColumnDifferences } from './column-differences.ts';
import { type Consumed, FeatureConsumer } from './feature-consumer.ts';
import { RowMerge, type Side, type SideCounts } from './row-merge.ts';

/** Which rows of which two pipelines are compared. */
export interface CompareFeaturesOptions {
  readonly a: Topology;
  readonly b: Topology;
  readonly connection: KafkaConnection;
  readonly registry: SchemaSource;
  readonly log?: Log;
  /** Only these. Default all. */
  readonly symbols?: readonly string[];
  readonly timeframe?: string;
  /** Rows stamped at or after `fromMs` and before `toMs`, UTC epoch ms. Default all. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Told first how many offsets there are to read, both sides together, then now and then how many have been, and of how many rows. */
  readonly onBegin?: (offsets: number) => Promise<void> | void;
  readonly onProgress?: (offsets: number, rows: number) => void;
}

/** How the tier-1 rows of two pipelines compare. */
export interface FeatureComparison {
  /** Rows of the same symbol, timeframe and timestamp. */
  readonly both: number;
  /** Those of them whose feature_version differs. */
  readonly otherVersion: number;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Every column but the ones that name the row and its version, in the order of the schema. */
  readonly columns: readonly ColumnDifference[];
}

/** What one pipeline has. */
export interface ComparedSide extends Readonly<SideCounts> {
  readonly topic: string;
  /** Rows looked at, by their feature_version. */
  readonly versions: ReadonlyMap<string, number>;
}

type Row = Tier1Features;

/** Where a side of a partition is read. */
interface Range {
  readonly low: number;
  readonly high: number;
}

const NOT_COMPARED: ReadonlySet<string> = new Set(['symbol', 'timeframe', 'timestamp_utc', 'feature_version']);
/** A row takes about 1 KiB. */
const MAX_WAITING_ROWS = 20_000;
const PROGRESS_EVERY_ROWS = 1_000;

/**
 * Compares the features-tier1 records of two pipelines as far as they were written at the call, partition by partition, in one pass with a bounded
 * number of rows in memory. Throws UserError where a topic is absent, or where the two have their rows in orders too different for that.
 */
export async function compareFeatures(options: CompareFeaturesOptions): Promise<FeatureComparison> {
  const columns = new ColumnDifferences(schemas['features-tier1'].fields.map(({ name }) => name).filter((name) => !NOT_COMPARED.has(name)));
  let otherVersion = 0;
  const merge = new RowMerge<Row>((a, b) => {
    if (a.feature_version !== b.feature_version) otherVersion++;
    columns.add(a, b, a.timestamp_utc);
  }, MAX_WAITING_ROWS);
  const sides = { a: new SideReader(options.a, options), b: new SideReader(options.b, options) };
  const ranges = { a: await sides.a.ranges(), b: await sides.b.ranges() };
  const progress = new OffsetProgress(options.onProgress);
  await options.onBegin?.([...ranges.a, ...ranges.b].reduce((sum, { low, high }) => sum + high - low, 0));
  for (let partition = 0; partition < Math.max(ranges.a.length, ranges.b.length); partition++) {
    await mergePartition(merge, sides, partition, { a: ranges.a[partition], b: ranges.b[partition] }, progress);
  }
  const { both } = merge;
  return { both, otherVersion, a: sides.a.result(merge.a), b: sides.b.result(merge.b), columns: columns.summary() };
}

/** Reads one partition of both sides, by turns. */
async function mergePartition(
  merge: RowMerge<Row>,
  sides: Readonly<Record<Side, SideReader>>,
  partition: number,
  ranges: Readonly<Record<Side, Range | undefined>>,
  progress: OffsetProgress,
): Promise<void> {
  const rows = { a: sides.a.rows(partition, ranges.a, progress), b: sides.b.rows(partition, ranges.b, progress) };
  const open = new Set<Side>(['a', 'b']);
  try {
    while (open.size > 0) {
      const side = open.has(merge.behind) ? merge.behind : open.has('a') ? 'a' : 'b';
      const next = await rows[side].next();
      if (next.done === true) open.delete(side);
      else merge.add(side, next.value);
    }
    merge.end();
  } finally {
    await Promise.all([rows.a.return(), rows.b.return()]);
  }
}

/** The rows of one pipeline that are asked for. */
class SideReader {
  readonly #topology: Topology;
  readonly #options: CompareFeaturesOptions;
  readonly #consumer: FeatureConsumer;
  readonly #versions = new Map<string, number>();

  constructor(topology: Topology, options: CompareFeaturesOptions) {
    const { connection, registry, log = silentLog } = options;
    this.#topology = topology;
    this.#options = options;
    this.#consumer = new FeatureConsumer({ topology, connection, registry, log });
  }

  /** By partition: what there is to read. */
  async ranges(): Promise<Range[]> {
    return await this.#consumer.ranges('features-tier1');
  }

  /** Its rows in a partition, in their order; none where there is no such partition. */
  async *rows(partition: number, range: Range | undefined, progress: OffsetProgress): AsyncGenerator<Row, void, void> {
    if (range === undefined || range.low === range.high) return;
    const { symbols, fromMs, timeframe, toMs = Number.POSITIVE_INFINITY } = this.#options;
    const asked = { partitions: [partition], from: fromMs ?? ('earliest' as const), ...(symbols === undefined ? {} : { symbols }) };
    let offset = range.low;
    for await (const consumed of this.#consumer.read('features-tier1', asked)) {
      progress.add(consumed.offset - offset);
      offset = consumed.offset;
      if (!isAsked(consumed, timeframe, fromMs ?? Number.NEGATIVE_INFINITY, toMs)) continue;
      const { feature_version: version } = consumed.value;
      this.#versions.set(version, (this.#versions.get(version) ?? 0) + 1);
      yield consumed.value;
    }
    progress.add(range.high - offset);
  }

  result(counts: SideCounts): ComparedSide {
    return { topic: this.#topic, versions: this.#versions, ...counts };
  }

  get #topic(): string {
    return this.#topology.topics['features-tier1'].name;
  }
}

function isAsked({ value }: Consumed<Row>, timeframe: string | undefined, fromMs: number, toMs: number): boolean {
  const { timestamp_utc: timestamp } = value;
  return timestamp >= fromMs && timestamp < toMs && (timeframe === undefined || value.timeframe === timeframe);
}

/** Sums up what has been read, and tells of it now and then. */
class OffsetProgress {
  #offsets = 0;
  #rows = 0;
  readonly #tell: CompareFeaturesOptions['onProgress'];

  constructor(tell: CompareFeaturesOptions['onProgress']) {
    this.#tell = tell;
  }

  add(offsets: number): void {
    this.#offsets += offsets;
    if (++this.#rows % PROGRESS_EVERY_ROWS === 0) this.#tell?.(this.#offsets, this.#rows);
  }
}
