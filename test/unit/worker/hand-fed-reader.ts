import type { LogReader } from '../../../src/kafka/log-reader.ts';
import type { InputBatch, InputRecord } from '../../../src/runtime/ports.ts';
import { recordsOf } from '../records.ts';

interface Assigned {
  position: number;
  isPaused: boolean;
  end: number | undefined;
}

/** A LogReader whose partitions are lists that a test appends to. It gives what is there and then waits, and notes what is asked of it. */
export class HandFedReader {
  /** Most records of one partition in one fetch. */
  batchRecords = Number.POSITIVE_INFINITY;
  /** `assign 0@5`, `pause 0`, `resume 0`, `unassign 0`, in order. */
  readonly asked: string[] = [];
  /** Thrown by the next fetch. */
  failure: Error | null = null;
  readonly #logs = new Map<number, InputRecord[]>();
  readonly #assigned = new Map<number, Assigned>();
  #isClosed = false;
  #change = Promise.withResolvers<void>();

  /** This reader in the place of a real one. */
  get asLogReader(): LogReader {
    return this as unknown as LogReader;
  }

  /** Appends records to a partition; offsets count from 0. */
  append(partition: number, ...values: readonly (Buffer | null)[]): void {
    const log = this.#logOf(partition);
    for (const value of values) log.push({ offset: log.length, timestamp: 0, key: null, value, headers: [] });
    this.#wake();
  }

  fail(error: Error): void {
    this.failure = error;
    this.#wake();
  }

  isPaused(partition: number): boolean {
    return this.#assigned.get(partition)!.isPaused;
  }

  async connect(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
  }

  assign(_topic: string, partition: number, offset: number): void {
    this.asked.push(`assign ${partition}@${offset}`);
    this.#assigned.set(partition, { position: offset, isPaused: false, end: undefined });
    this.#wake();
  }

  unassign(_topic: string, partition: number): void {
    this.asked.push(`unassign ${partition}`);
    this.#assigned.delete(partition);
  }

  pause(_topic: string, partition: number): void {
    this.asked.push(`pause ${partition}`);
    this.#assigned.get(partition)!.isPaused = true;
  }

  resume(_topic: string, partition: number): void {
    this.asked.push(`resume ${partition}`);
    this.#assigned.get(partition)!.isPaused = false;
    this.#wake();
  }

  position(_topic: string, partition: number): number | undefined {
    return this.#assigned.get(partition)?.position;
  }

  lag(_topic: string, partition: number): number | undefined {
    const assigned = this.#assigned.get(partition);
    return assigned?.end === undefined ? undefined : assigned.end - assigned.position;
  }

  async listOffsets(_topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
    return new Map(partitions.map((partition) => [partition, 0]));
  }

  async fetch(): Promise<InputBatch[]> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      const batches = this.#isClosed ? [] : this.#take();
      if (this.#isClosed || batches.length > 0) return batches;
      await this.#change.promise;
    }
  }

  #take(): InputBatch[] {
    return [...this.#assigned].flatMap(([partition, assigned]) => {
      const log = this.#logOf(partition);
      if (assigned.isPaused || assigned.position >= log.length) return [];
      const records = log.slice(assigned.position, assigned.position + this.batchRecords);
      assigned.position += records.length;
      assigned.end = log.length;
      return [{ topic: 'topic', partition, records: recordsOf(records), nextOffset: assigned.position }];
    });
  }

  #logOf(partition: number): InputRecord[] {
    const log = this.#logs.get(partition) ?? [];
    this.#logs.set(partition, log);
    return log;
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
