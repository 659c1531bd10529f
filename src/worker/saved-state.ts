import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import type { SavedRecords } from './output-codec.ts';

/** What a restore found in a changelog. */
export interface LoadedState {
  /** False where the state was made under other settings. */
  readonly isUsable: boolean;
  /** The highest input position that it includes, null where it holds nothing. */
  readonly position: number | null;
}

/** What one changelog partition holds: gathered record by record, loaded as a whole, then either taken over or discarded. */
export class SavedState<T> {
  readonly #read: (values: readonly Buffer[]) => Promise<SavedRecords<T>>;
  readonly #values = new Map<string, Buffer>();
  #records: readonly T[] = [];
  #discarded: string[] = [];

  /** `read` decodes state records and says whether they may be used. */
  constructor(read: (values: readonly Buffer[]) => Promise<SavedRecords<T>>) {
    this.#read = read;
  }

  /** Takes the next record; a later one of a key replaces an earlier one, a tombstone deletes it. */
  add({ key, value }: InputRecord): void {
    const name = key?.toString('utf8') ?? '';
    if (value === null) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  /** The changelog has been read: decodes what it holds. `positionOf` gives the input position that a record includes. */
  async load(positionOf: (record: T) => number | null): Promise<LoadedState> {
    const { records, isUsable } = await this.#read([...this.#values.values()]);
    this.#records = records;
    const position = records.reduce<number | null>((highest, record) => {
      const included = positionOf(record);
      return included === null ? highest : Math.max(highest ?? 0, included);
    }, null);
    return { isUsable, position };
  }

  /** Hands over what was loaded; it is not kept. */
  take(): readonly T[] {
    const records = this.#records;
    this.#records = [];
    this.#values.clear();
    return records;
  }

  /** What was gathered is of no use: the next commit deletes it from the changelog. */
  discard(): void {
    this.#discarded = [...this.#values.keys()];
    this.take();
  }

  /** Writes the tombstones that are due; a newer value of the same key, added later, takes their place. */
  writeTombstones(changelog: ChangelogBuffer, topic: string, partition: number): void {
    for (const key of this.#discarded) changelog.add(topic, { partition, key, value: null, timestamp: 0 });
    this.#discarded = [];
  }
}
