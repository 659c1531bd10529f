import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';

/** The newest value of every key of a changelog partition, gathered during a restore. */
export class SavedState {
  readonly #values = new Map<string, Buffer>();
  #discarded: string[] = [];

  /** Takes the next record; a later one of a key replaces an earlier one, a tombstone deletes it. */
  add({ key, value }: InputRecord): void {
    const name = key?.toString('utf8') ?? '';
    if (value === null) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  values(): Buffer[] {
    return [...this.#values.values()];
  }

  /** What was gathered has been used: it need not stay in memory. */
  release(): void {
    this.#values.clear();
  }

  /** What was gathered is of no use: the next commit deletes it from the changelog. */
  discard(): void {
    this.#discarded = [...this.#values.keys()];
    this.#values.clear();
  }

  /** Writes the tombstones that are due; a newer value of the same key, added later, takes their place. */
  writeTombstones(changelog: ChangelogBuffer, topic: string, partition: number): void {
    for (const key of this.#discarded) changelog.add(topic, { partition, key, value: null, timestamp: 0 });
    this.#discarded = [];
  }
}
