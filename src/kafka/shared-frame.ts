import { FRAMES } from './frame-pool.ts';
import type { RecordBlock } from './record-block.ts';

/** The memory of one answer, used by the records of several partitions: given back once all of these have been released. */
export class SharedFrame {
  #users = 0;
  #isSealed = false;
  #part: Buffer | null = null;

  /** `records` lie in the memory that `part` is of. */
  addUser(part: Buffer, records: RecordBlock): void {
    this.#part = part;
    this.#users++;
    records.onRelease = () => {
      this.#users--;
      this.#giveBackIfFree();
    };
  }

  /** No user follows. */
  seal(): void {
    this.#isSealed = true;
    this.#giveBackIfFree();
  }

  #giveBackIfFree(): void {
    if (!this.#isSealed || this.#users > 0 || this.#part === null) return;
    FRAMES.giveBack(this.#part);
    this.#part = null;
  }
}
