import { PARTITION_RECORD_KEY } from '../../topology/partition-record.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import { type ControlState, schemas } from '../codec/generated/records.ts';
import { RegistryOutages } from '../codec/registry-outages.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { type FetchedRecord, LogReader } from '../kafka/log-reader.ts';
import type { Log } from '../log.ts';
import { HaltBook } from './halt-book.ts';

/** What a control feed reads. */
export interface ControlFeedOptions {
  readonly connection: KafkaConnection;
  /** control, as Kafka knows it. */
  readonly topic: string;
  /** The registry: where the schemas of the records come from. */
  readonly schemas: SchemaSource;
  /** Where its waiting for the registry is to be seen; absent: in the log alone. */
  readonly outages?: RegistryOutages | undefined;
  readonly log: Log;
}

/** A target was halted (`state.halted`) or resumed; null: its record was deleted, which resumes it. */
export type HaltListener = (target: string, state: ControlState | null) => void;

/** The control topic has one partition, so that there is one order of all halts. */
const PARTITION = 0;
const FETCH_WAIT_MS = 100;
const FETCH_MAX_BYTES = 1024 * 1024;

/**
 * Reads the control topic from its start and follows it: `halts` is what holds now. It rides out outages of Kafka and of the registry; what
 * was halted stays halted meanwhile.
 */
export class ControlFeed {
  readonly halts = new HaltBook();
  readonly #options: ControlFeedOptions;
  readonly #outages: RegistryOutages;
  readonly #reader: LogReader;
  readonly #decoder: RecordDecoder<ControlState>;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<HaltListener>();
  readonly #failure = Promise.withResolvers<never>();
  #position = 0;
  #progress = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  /** Connects and begins to read. Throws KafkaUnreachable. */
  static async open(options: ControlFeedOptions): Promise<ControlFeed> {
    const feed = new ControlFeed(options);
    try {
      await feed.#reader.connect();
    } catch (error) {
      await feed.close();
      throw error;
    }
    feed.#running = feed.#run();
    return feed;
  }

  private constructor(options: ControlFeedOptions) {
    this.#options = options;
    this.#outages = options.outages ?? new RegistryOutages(options.log);
    this.#decoder = new RecordDecoder(options.schemas, schemas.control);
    this.#reader = new LogReader(options.connection, options.log, {
      isolation: 'read_committed',
      maxBytes: FETCH_MAX_BYTES,
      maxBytesPerPartition: FETCH_MAX_BYTES,
      maxWaitMs: FETCH_WAIT_MS,
    });
    // Whoever waits sees it; nobody has to.
    this.#failure.promise.catch(() => {});
  }

  /** Resolves when all that the topic holds at the call has been read. Rejects where it cannot be read, or on close. */
  async caughtUp(): Promise<void> {
    const { topic } = this.#options;
    const end = (await this.#reader.listOffsets(topic, [PARTITION], 'last-stable')).get(PARTITION)!;
    while (this.#position < end) await Promise.race([this.#progress.promise, this.#failure.promise]);
  }

  /** Rejects where no more can be read and no retry will cure it; never resolves. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** Tells of every target that is halted or resumed from now on. */
  onChange(listener: HaltListener): void {
    this.#listeners.add(listener);
  }

  /** Takes over a state that is about to be written, before it has come back from the log. */
  anticipate(target: string, state: ControlState): void {
    this.#apply(target, state);
  }

  /** Reads no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#failure.reject(new Error('the control feed was closed'));
    await this.#reader.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { topic } = this.#options;
    const { signal } = this.#closing;
    try {
      this.#reader.assign(topic, PARTITION, (await this.#reader.listOffsets(topic, [PARTITION], 'earliest')).get(PARTITION)!);
      while (!signal.aborted) {
        for (const { records, nextOffset } of await this.#reader.fetch()) {
          await this.#take(records);
          this.#position = nextOffset;
          this.#progress.resolve();
          this.#progress = Promise.withResolvers();
        }
      }
    } catch (error) {
      this.#failure.reject(error);
    }
  }

  async #take(records: Iterable<FetchedRecord>): Promise<void> {
    const halts = [...records].filter(({ key }) => key !== null && key.toString() !== PARTITION_RECORD_KEY);
    const values = halts.map(({ value }) => value);
    // To pass a record over because the registry does not answer could mean to miss a halt.
    await this.#outages.through('reading what is halted', () => this.#decoder.prepare(values), this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    for (const { key, value, offset } of halts) {
      try {
        this.#apply(key!.toString(), value === null ? null : this.#decoder.decode(value));
      } catch (error) {
        if (!(error instanceof PoisonError)) throw error;
        const fields = { target: key!.toString(), offset, error: error.message };
        this.#options.log.error(fields, 'a control record cannot be read: what it halts or resumes stays as it was');
      }
    }
  }

  #apply(target: string, state: ControlState | null): void {
    if (!this.halts.apply(target, state)) return;
    for (const listener of this.#listeners) listener(target, state);
  }
}
