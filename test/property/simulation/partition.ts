import type { OutgoingRecord } from '../../../src/kafka/record-batch-writer.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';

/** A transaction as a partition sees it: only its marker tells. */
export interface Transaction {
  outcome: 'open' | 'commit' | 'abort';
}

interface Entry {
  readonly offset: number;
  /** Null: not in a transaction. */
  readonly transaction: Transaction | null;
  /** Null: a marker. */
  readonly record: InputRecord | null;
}

/** One partition of the simulated log. */
export class SimPartition {
  #entries: Entry[] = [];
  #end = 0;
  /** First offsets of the transactions whose marker is not written here yet. */
  readonly #open = new Map<Transaction, number>();

  /** The high watermark: the end of the log, with what is open. */
  get end(): number {
    return this.#end;
  }

  /** The last stable offset: read_committed reads up to here. */
  get stableEnd(): number {
    return Math.min(this.#end, ...this.#open.values());
  }

  append({ key, value, timestamp, headers = [] }: Omit<OutgoingRecord, 'partition'>, transaction: Transaction | null): void {
    const offset = this.#end++;
    if (transaction !== null && !this.#open.has(transaction)) this.#open.set(transaction, offset);
    const record = { offset, timestamp, key: bytesOf(key), value: bytesOf(value), headers: headers as InputRecord['headers'] };
    this.#entries.push({ offset, transaction, record });
  }

  /** Writes the marker of a transaction that has ended. */
  mark(transaction: Transaction): void {
    this.#open.delete(transaction);
    this.#entries.push({ offset: this.#end++, transaction, record: null });
  }

  /** What read_committed gives of the next `limit` entries from an offset. */
  read(from: number, limit: number): { records: InputRecord[]; nextOffset: number } {
    const { stableEnd } = this;
    const entries = this.#entries.filter(({ offset }) => offset >= from && offset < stableEnd);
    const taken = entries.slice(0, limit);
    const isAll = taken.length === entries.length;
    return { records: taken.filter(isVisible).map(({ record }) => record!), nextOffset: isAll ? stableEnd : taken.at(-1)!.offset + 1 };
  }

  /** All committed records. */
  committed(): InputRecord[] {
    return this.read(0, Number.POSITIVE_INFINITY).records;
  }

  /** What a log cleaner does below `upTo`: of each key the newest record stays, tombstones too; of aborted ones nothing. Offsets stay. */
  compact(upTo: number): void {
    const below = Math.min(upTo, this.stableEnd);
    const newest = new Map<string, number>();
    const cleaned = this.#entries.filter((entry) => entry.offset < below);
    for (const entry of cleaned) if (isVisible(entry)) newest.set(String(entry.record!.key), entry.offset);
    const isKept = (entry: Entry): boolean => isVisible(entry) && newest.get(String(entry.record!.key)) === entry.offset;
    this.#entries = [...cleaned.filter(isKept), ...this.#entries.filter(({ offset }) => offset >= below)];
  }
}

function isVisible({ record, transaction }: Entry): boolean {
  return record !== null && (transaction === null || transaction.outcome === 'commit');
}

function bytesOf(data: Buffer | string | null): Buffer | null {
  return typeof data === 'string' ? Buffer.from(data) : data;
}
