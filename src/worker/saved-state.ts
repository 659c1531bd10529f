import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import type { SavedRecords } from './state-reader.ts';

/** What a restore found in a changelog. */
export interface LoadedState {
  /** False where the state was made under other settings. */
  readonly isUsable: boolean;
  /** The highest input position that it includes, null where it holds nothing. */
  readonly position: number | null;
}

/**
 * What one changelog partition holds: gathered record by record, loaded as a whole, then either taken over or discarded.
 *
 * Where the records of a commit make sense together only, its last one has a key of its own, the seal. At least once, a crash may cut a commit
 * short: its records come after the newest seal, and do not count. The next commit puts back what they have replaced.
 */
export class SavedState<T> {
  readonly #read: (values: readonly Buffer[]) => Promise<SavedRecords<T>>;
  readonly #seal: string | null;
  readonly #values = new Map<string, Buffer>();
  /** Read since the newest seal; empty where there is none to wait for. */
  readonly #unsealed = new Map<string, Buffer | null>();
  #records: readonly T[] = [];
  /** What the next commit writes to put the changelog right. */
  #repairs = new Map<string, Buffer | null>();

  /** `read` decodes state records and says whether they may be used; `seal` is the key of the last record of every commit, null where each counts by itself. */
  constructor(read: (values: readonly Buffer[]) => Promise<SavedRecords<T>>, seal: string | null = null) {
    this.#read = read;
    this.#seal = seal;
  }

  /** Takes the next record; a later one of a key replaces an earlier one, a tombstone deletes it. */
  add({ key, value }: InputRecord): void {
    const name = key?.toString('utf8') ?? '';
    if (this.#seal === null) {
      this.#set(name, value);
      return;
    }
    this.#unsealed.set(name, value);
    if (name !== this.#seal || value === null) return;
    for (const [sealed, its] of this.#unsealed) this.#set(sealed, its);
    this.#unsealed.clear();
  }

  /** The changelog has been read: decodes what it holds. `positionOf` gives the input position that a record includes. */
  async load(positionOf: (record: T) => number | null): Promise<LoadedState> {
    const { records, isUsable } = await this.#read([...this.#values.values()]);
    this.#records = records;
    this.#repairs = new Map([...this.#unsealed.keys()].map((name) => [name, this.#values.get(name) ?? null]));
    const position = records.reduce<number | null>((highest, record) => {
      const included = positionOf(record);
      return included === null ? highest : Math.max(highest ?? 0, included);
    }, null);
    return { isUsable, position };
  }

  /** Keys that count and the bytes of their values, and keys of a commit that was cut short. */
  get size(): { readonly records: number; readonly bytes: number; readonly unsealed: number } {
    const bytes = [...this.#values.values()].reduce((sum, value) => sum + value.length, 0);
    return { records: this.#values.size, bytes, unsealed: this.#unsealed.size };
  }

  /** What was loaded, for a look before it is taken over or discarded. */
  get records(): readonly T[] {
    return this.#records;
  }

  /** Hands over what was loaded; it is not kept. */
  take(): readonly T[] {
    const records = this.#records;
    this.#records = [];
    this.#values.clear();
    this.#unsealed.clear();
    return records;
  }

  /** What was gathered is of no use: the next commit deletes it from the changelog. */
  discard(): void {
    this.#repairs = new Map([...this.#values.keys(), ...this.#unsealed.keys()].map((name) => [name, null]));
    this.take();
  }

  /**
   * Writes what puts the changelog right: tombstones of what was discarded, and what stood there before a commit that was cut short. A newer
   * value of the same key, added later, takes its place.
   */
  writeRepairs(changelog: ChangelogBuffer, topic: string, partition: number): void {
    for (const [key, value] of this.#repairs) changelog.add(topic, { partition, key, value, timestamp: 0 });
    this.#repairs.clear();
  }

  #set(name: string, value: Buffer | null): void {
    if (value === null) this.#values.delete(name);
    else this.#values.set(name, value);
  }
}
