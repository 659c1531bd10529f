import type { PartitionTable } from '../../topology/partition-table.ts';
import type { HaltSettings } from '../../topology/settings.ts';
import { BoundedMap } from '../codec/bounded-map.ts';
import type { Refusal } from '../domain/reason.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { KeyText } from './key-text.ts';

/** Halts a symbol, with the reason. */
export type HaltSymbol = (symbol: string, reason: string) => void;

/** Symbols of one partition that are counted; beyond them the one not seen for longest starts anew. */
const MAX_SYMBOLS = 1_000;
/** Refusals that say nothing about the symbols of the partition where the record lies. */
const OF_OTHERS: ReadonlySet<Refusal> = new Set<Refusal>(['UNLISTED', 'WRONG_PARTITION']);

/**
 * Watches the ticks of one partition for the limits at which their symbol is to be halted. A record counts for the symbol in its key; where
 * that is none of the partition's, for the symbol that has the partition for itself.
 */
export class HaltLimits {
  readonly #settings: HaltSettings;
  readonly #partition: number;
  readonly #owner: string | null;
  readonly #table: PartitionTable;
  readonly #halt: HaltSymbol;
  readonly #keys = new KeyText();
  readonly #recent = new BoundedMap<string, RecentRecords>(MAX_SYMBOLS);

  /** `owner` is the symbol that has the partition for itself, null where it is shared. */
  constructor(settings: HaltSettings, partition: number, owner: string | null, table: PartitionTable, halt: HaltSymbol) {
    this.#settings = settings;
    this.#partition = partition;
    this.#owner = owner;
    this.#table = table;
    this.#halt = halt;
  }

  /** False where no limit is set: then nothing need be noted. */
  static areSet({ maxDeadLetterShare, onSchemaRefusal }: HaltSettings): boolean {
    return maxDeadLetterShare !== null || onSchemaRefusal;
  }

  /** Notes what became of a record: the reason for which it, or one held before it, was refused; null where none was. */
  note(record: InputRecord, refusal: Refusal | null): void {
    if (refusal !== null && OF_OTHERS.has(refusal)) return;
    const symbol = this.#symbolOf(record.key, refusal);
    if (symbol === null) return;
    if (refusal === 'UNKNOWN_SCHEMA' && this.#settings.onSchemaRefusal) {
      this.#halt(symbol, `the registry does not know the schema of its tick at offset ${record.offset} of partition ${this.#partition}`);
    }
    this.#noteShare(symbol, refusal !== null);
  }

  #symbolOf(key: Buffer | null, refusal: Refusal | null): string | null {
    const named = this.#keys.of(key);
    if (named !== '' && this.#table.partitionOf(named) === this.#partition) return named;
    // A good tick with another key is one that was sent on to where it belongs.
    return refusal === null ? null : this.#owner;
  }

  #noteShare(symbol: string, isRefused: boolean): void {
    const { maxDeadLetterShare: limit, deadLetterWindow, deadLetterMinRecords } = this.#settings;
    if (limit === null) return;
    let recent = this.#recent.get(symbol);
    if (recent === undefined) {
      recent = new RecentRecords(deadLetterWindow);
      this.#recent.set(symbol, recent);
    }
    recent.add(isRefused);
    if (!isRefused || recent.count < deadLetterMinRecords || recent.refused <= limit * recent.count) return;
    const share = `${recent.refused} of its last ${recent.count} records`;
    // Resumed, it is judged by what comes then.
    this.#recent.delete(symbol);
    this.#halt(symbol, `${share} went to dead-letters, halts.max_dead_letter_share is ${limit}`);
  }
}

/** How many of the last records were refused. */
class RecentRecords {
  count = 0;
  refused = 0;
  readonly #marks: Uint8Array;
  #next = 0;

  constructor(size: number) {
    this.#marks = new Uint8Array(size);
  }

  add(isRefused: boolean): void {
    const mark = isRefused ? 1 : 0;
    this.refused += mark - this.#marks[this.#next]!;
    this.#marks[this.#next] = mark;
    this.#next = (this.#next + 1) % this.#marks.length;
    this.count = Math.min(this.count + 1, this.#marks.length);
  }
}
