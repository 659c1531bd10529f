import type { Tick } from './tick.ts';

/** Sources remembered per symbol (spec section 1). */
export const MAX_SOURCES = 256;

/** What is remembered of one source of one symbol. */
export interface SourceMark {
  /** -Infinity before its first tick with a seq. */
  highestSeq: number;
  highestEventTime: number;
}

/** The sources of one symbol: which ticks repeat what has been accepted (spec section 1, "Duplicate"). */
export class Sources {
  readonly #marks = new Map<string, SourceMark>();
  /** The source of the last tick: ticks come in runs of one source, which saves the look-up. */
  #lastId = '';
  #last: SourceMark | undefined;

  /** True where the tick repeats an accepted one: seq not above the source's highest, and event time not above it either. */
  isDuplicate(tick: Tick): boolean {
    if (!tick.hasSeq) return false;
    const mark = this.#find(tick.sourceId);
    return mark !== undefined && tick.seq <= mark.highestSeq && tick.eventTime <= mark.highestEventTime;
  }

  /** Advances the tick's source. A lower seq with a newer event time is a counter that restarted: it becomes the highest. */
  accept(tick: Tick): void {
    const mark = this.#find(tick.sourceId);
    if (mark === undefined) {
      this.#add(tick.sourceId, { highestSeq: tick.hasSeq ? tick.seq : Number.NEGATIVE_INFINITY, highestEventTime: tick.eventTime });
      return;
    }
    if (tick.hasSeq && (tick.seq > mark.highestSeq || tick.eventTime > mark.highestEventTime)) mark.highestSeq = tick.seq;
    if (tick.eventTime > mark.highestEventTime) mark.highestEventTime = tick.eventTime;
  }

  /** Every source with its marks, for a snapshot. */
  entries(): IterableIterator<[string, SourceMark]> {
    return this.#marks.entries();
  }

  /** Puts back what a snapshot held. */
  restore(sourceId: string, mark: SourceMark): void {
    this.#marks.set(sourceId, { ...mark });
  }

  #find(sourceId: string): SourceMark | undefined {
    if (this.#last === undefined || this.#lastId !== sourceId) {
      this.#lastId = sourceId;
      this.#last = this.#marks.get(sourceId);
    }
    return this.#last;
  }

  #add(sourceId: string, mark: SourceMark): void {
    this.#marks.set(sourceId, mark);
    if (this.#marks.size > MAX_SOURCES) this.#forgetOldest();
  }

  #forgetOldest(): void {
    let oldestId = '';
    let oldestTime = Number.POSITIVE_INFINITY;
    for (const [id, mark] of this.#marks) {
      if (mark.highestEventTime < oldestTime || (mark.highestEventTime === oldestTime && id < oldestId)) {
        oldestId = id;
        oldestTime = mark.highestEventTime;
      }
    }
    this.#marks.delete(oldestId);
  }
}
