/** Which partition a key falls on among `partitions`: the Java client's default, murmur2 (src/kafka/partitioner.ts). */
export type HashPartition = (key: Buffer, partitions: number) => number;

/** What decides the partition of every symbol. A live cluster lets `symbols` grow at its end and nothing else change. */
export interface PartitionRule {
  /** Partitions 0 … n - 1 hold the symbols that are not listed. */
  readonly sharedPartitions: number;
  /** The i-th one has partition `sharedPartitions + i` for itself. */
  readonly symbols: readonly string[];
}

/** Partitions of ticks, and of every topic that keeps the partition of its input. */
export function symbolPartitions({ sharedPartitions, symbols }: PartitionRule): number {
  return sharedPartitions + symbols.length;
}

/** Finds the partition of a symbol. Built once and asked for every tick: a listed symbol costs one look-up. */
export class PartitionTable {
  readonly partitions: number;
  readonly #listed: ReadonlyMap<string, number>;
  readonly #rule: PartitionRule;
  readonly #hash: HashPartition;

  constructor(rule: PartitionRule, hash: HashPartition) {
    this.partitions = symbolPartitions(rule);
    this.#listed = new Map(rule.symbols.map((symbol, i) => [symbol, rule.sharedPartitions + i]));
    this.#rule = rule;
    this.#hash = hash;
  }

  /** The one partition that may hold state of this symbol; null: none (UNLISTED). */
  partitionOf(symbol: string): number | null {
    const listed = this.#listed.get(symbol);
    if (listed !== undefined) return listed;
    return this.#rule.sharedPartitions === 0 ? null : this.#hash(Buffer.from(symbol), this.#rule.sharedPartitions);
  }
}
