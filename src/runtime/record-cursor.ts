import type { InputRecord, InputRecords, RecordHeader } from './ports.ts';

/** One record at a time of a batch, without an object for each: it is the same cursor for all, so whoever keeps a record copies it. */
export class RecordCursor implements InputRecord {
  #records: InputRecords | null = null;
  #index = 0;

  /** Stands on record `index` of `records` from now on. */
  moveTo(records: InputRecords, index: number): void {
    this.#records = records;
    this.#index = index;
  }

  get offset(): number {
    return this.#records!.offset(this.#index);
  }

  get timestamp(): number {
    return this.#records!.timestamp(this.#index);
  }

  get key(): Buffer | null {
    return this.#records!.at(this.#index).key;
  }

  get value(): Buffer | null {
    return this.#records!.at(this.#index).value;
  }

  get headers(): readonly RecordHeader[] {
    return this.#records!.headers(this.#index);
  }
}
