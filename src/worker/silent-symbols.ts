import type { JoinStage } from '../runtime/join-stage.ts';

/** What decides whether all that the log holds of a symbol has reached the join. */
export interface LogPositions {
  /** The end of a partition with all that is in flight: its high watermark, never the last stable offset. */
  highWatermark(topic: string, partition: number): Promise<number>;
  /** The group's position of a partition, null where it has none. */
  committed(groupId: string, topic: string, partition: number): Promise<number | null>;
  /** True where a symbol of the partition is halted by name now. A halt of everything halts the joins too: it must not make partials. */
  isHaltedByName(partition: number): boolean;
}

/** One step from a topic to the next on the way to the join: the group that works it off. */
export interface Hop {
  readonly topic: string;
  readonly groupId: string;
}

/** A look at a partition that is under way. */
interface Check {
  /** The silent symbols of the partition are worked off up to here, once the check is through. */
  readonly upTo: number;
  /** The hop being waited for, and the offset its group must have reached. */
  hop: number;
  target: number;
  /** The hops were skipped, because the partition was halted: that holds only as long as it is. */
  isCutShort: boolean;
}

/**
 * Finds out which silent symbols the join need not wait for (spec section 5, architecture "A silent symbol at the join"): once some symbol
 * is join_grace slots past T, the end E of the silent symbol's tick partition is read; when the stages' committed position has reached E,
 * hop by hop, the high watermark H of its tier-1 partition; when the join has read up to H, nothing of it is on its way. Of a halted
 * partition nothing more comes than what its tier-1 partition holds already: E is not waited for.
 */
export class SilentSymbols {
  readonly #stage: JoinStage;
  readonly #hops: readonly Hop[];
  readonly #output: string;
  readonly #partitionOf: (symbol: string) => number;
  readonly #positions: LogPositions;
  readonly #checks = new Map<number, Check>();

  /** `hops` lead from ticks to `output`, the tier-1 topic; `partitionOf` gives the partition of a universe's symbol. */
  constructor(stage: JoinStage, hops: readonly Hop[], output: string, partitionOf: (symbol: string) => number, positions: LogPositions) {
    this.#stage = stage;
    this.#hops = hops;
    this.#output = output;
    this.#partitionOf = partitionOf;
    this.#positions = positions;
  }

  /**
   * Takes every check one step further, as far as it goes now, and tells the join what is worked off. `read` is the join's position of a
   * tier-1 partition. True where the join should be polled.
   */
  async advance(read: (partition: number) => number): Promise<boolean> {
    const blocked = this.#stage.join.silentSymbols();
    if (blocked === null || blocked.symbols.length === 0 || blocked.graceReachedUpTo === null) return false;
    const byPartition = Map.groupBy(blocked.symbols, (symbol) => this.#partitionOf(this.#stage.slot.universe.symbols[symbol]!));
    let isWorkedOff = false;
    for (const [partition, symbols] of byPartition) {
      const check = this.#underWay(partition) ?? (await this.#begin(partition, blocked.graceReachedUpTo));
      if (!(await this.#isThrough(partition, check, read))) continue;
      this.#checks.delete(partition);
      for (const symbol of symbols) this.#stage.join.workedOff(symbol, check.upTo);
      isWorkedOff = true;
    }
    return isWorkedOff;
  }

  #underWay(partition: number): Check | undefined {
    const check = this.#checks.get(partition);
    return check?.isCutShort === true && !this.#positions.isHaltedByName(partition) ? undefined : check;
  }

  async #begin(partition: number, upTo: number): Promise<Check> {
    const target = await this.#positions.highWatermark(this.#hops[0]!.topic, partition);
    const check = { upTo, hop: 0, target, isCutShort: false };
    this.#checks.set(partition, check);
    return check;
  }

  async #isThrough(partition: number, check: Check, read: (partition: number) => number): Promise<boolean> {
    while (check.hop < this.#hops.length) {
      const { topic, groupId } = this.#hops[check.hop]!;
      const committed = check.target === 0 ? 0 : await this.#positions.committed(groupId, topic, partition);
      if ((committed ?? 0) >= check.target) {
        check.hop++;
      } else if (this.#positions.isHaltedByName(partition)) {
        check.hop = this.#hops.length;
        check.isCutShort = true;
      } else {
        return false;
      }
      check.target = await this.#positions.highWatermark(this.#hops[check.hop]?.topic ?? this.#output, partition);
    }
    return read(partition) >= check.target;
  }
}
