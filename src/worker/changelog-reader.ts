import type { KafkaConnection } from '../kafka/connection.ts';
import { LogReader } from '../kafka/log-reader.ts';
import type { Log } from '../log.ts';
import type { InputRecord } from '../runtime/ports.ts';

interface Reading {
  readonly end: number;
  readonly onRecord: (record: InputRecord) => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const FETCH_WAIT_MS = 100;

/** Reads changelog partitions from their start to their end, many at a time over one connection: what every restore does. */
export class ChangelogReader {
  readonly #reader: LogReader;
  readonly #readings = new Map<string, Reading>();
  #connected: Promise<void> | null = null;
  #running = false;
  #closed = false;

  constructor(connection: KafkaConnection, log: Log, limits: { readonly maxBytes: number; readonly maxBytesPerPartition: number }) {
    this.#reader = new LogReader(connection, log, { isolation: 'read_committed', maxWaitMs: FETCH_WAIT_MS, ...limits });
  }

  /** Hands over every committed record from the first to the last stable offset at the time of the call. */
  async read(topic: string, partition: number, onRecord: (record: InputRecord) => void): Promise<void> {
    this.#connected ??= this.#reader.connect();
    await this.#connected;
    const [start, end] = await Promise.all([
      this.#reader.listOffsets(topic, [partition], 'earliest'),
      this.#reader.listOffsets(topic, [partition], 'last-stable'),
    ]);
    if (start.get(partition)! >= end.get(partition)!) return;
    await new Promise<void>((done, failed) => {
      this.#readings.set(keyOf(topic, partition), { end: end.get(partition)!, onRecord, done, failed });
      this.#reader.assign(topic, partition, start.get(partition)!);
      void this.#run();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader.close();
    this.#failAll(new Error('the changelog reader was closed'));
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#readings.size > 0 && !this.#closed) {
        for (const { topic, partition, records, nextOffset } of await this.#reader.fetch()) {
          const reading = this.#readings.get(keyOf(topic, partition));
          if (reading === undefined) continue;
          for (const record of records) if (record.offset < reading.end) reading.onRecord(record);
          if (nextOffset >= reading.end) {
            this.#readings.delete(keyOf(topic, partition));
            this.#reader.unassign(topic, partition);
            reading.done();
          }
        }
      }
    } catch (error) {
      this.#failAll(error);
    } finally {
      this.#running = false;
    }
  }

  #failAll(error: unknown): void {
    for (const reading of this.#readings.values()) reading.failed(error);
    this.#readings.clear();
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
