import { setTimeout as sleep } from 'node:timers/promises';
import type { PartitionTable } from '../../topology/partition-table.ts';
import type { ControlState } from '../codec/generated/records.ts';
import type { RegistryOutages } from '../codec/registry-outages.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import type { Log } from '../log.ts';
import { ControlFeed } from '../ops/control-feed.ts';
import { type ControlTopic, writeControl } from '../ops/control-writer.ts';
import { ALL_SYMBOLS } from '../ops/halt-book.ts';
import { requester } from '../ops/requester.ts';

/** What a task asks about halts. */
export interface HaltView {
  /** True where the partition's symbol, one of them, or everything is halted. */
  isHalted(partition: number): boolean;
  /** True where everything is halted, the joins too. */
  readonly isAllHalted: boolean;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** How long a worker that ends waits for a halt of its own to be written. */
const CLOSE_LIMIT_MS = 2_000;

/** The halts as one worker sees them: which partitions stand still now. And the halts that it asks for itself, at a limit of the settings. */
export class Halts implements HaltView {
  readonly #feed: ControlFeed;
  readonly #control: ControlTopic;
  readonly #table: PartitionTable;
  readonly #closing = new AbortController();
  readonly #asked = new Set<string>();
  readonly #writes = new Set<Promise<void>>();
  #partitions = new Set<number>();
  #onChange: () => void = () => {};

  /**
   * Resolves when all that has been decided up to now is known: a worker begins no work before. Waits out outages of the registry until
   * `signal` is aborted. Throws UserError, or what ended the waiting.
   */
  static async open(
    control: ControlTopic,
    schemas: SchemaSource,
    table: PartitionTable,
    outages: RegistryOutages,
    signal?: AbortSignal,
  ): Promise<Halts> {
    const { connection, topic, log } = control;
    const feed = await ControlFeed.open({ connection, topic, schemas, outages, log });
    const onAbort = (): void => void feed.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await feed.caughtUp();
    } catch (error) {
      await feed.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return new Halts(control, table, feed);
  }

  private constructor(control: ControlTopic, table: PartitionTable, feed: ControlFeed) {
    this.#control = control;
    this.#table = table;
    this.#feed = feed;
    this.#refresh();
    for (const { target, reason, requestedBy } of feed.halts.all()) logHalt(control.log, target, reason, requestedBy);
    feed.onChange((target, state) => this.#changed(target, state));
  }

  /** Rejects where what is halted can no longer be read; never resolves. */
  get failed(): Promise<never> {
    return this.#feed.failed;
  }

  get isAllHalted(): boolean {
    return this.#feed.halts.of(ALL_SYMBOLS) !== null;
  }

  isHalted(partition: number): boolean {
    return this.isAllHalted || this.isHaltedByName(partition);
  }

  /** True where a symbol of the partition is halted, apart from a halt of everything. */
  isHaltedByName(partition: number): boolean {
    return this.#partitions.has(partition);
  }

  /** Calls back whenever something is halted or resumed. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Halts a symbol in the name of this worker: here after the batch at hand, everywhere when it has been written, which is tried until it is done. */
  readonly halt = (symbol: string, reason: string): void => {
    if (this.#asked.has(symbol) || this.#feed.halts.of(symbol) !== null) return;
    this.#asked.add(symbol);
    const state = { halted: true, reason, requested_by: `arbitrex worker ${process.pid}, ${requester()}`, requested_at: Date.now() };
    // The caller is in the middle of a batch: whoever hears of a halt may commit, and may not find half a record's work.
    queueMicrotask(() => {
      this.#asked.delete(symbol);
      this.#feed.anticipate(symbol, state);
    });
    const writing = this.#write(symbol, state).finally(() => this.#writes.delete(writing));
    this.#writes.add(writing);
  };

  /** Follows no more. A halt of this worker's that is not written yet is given a moment. */
  async close(): Promise<void> {
    const limit = setTimeout(() => this.#closing.abort(), CLOSE_LIMIT_MS);
    await Promise.all(this.#writes);
    clearTimeout(limit);
    await this.#feed.close();
  }

  async #write(symbol: string, state: ControlState): Promise<void> {
    const { signal } = this.#closing;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await writeControl(this.#control, new Map([[symbol, state]]), signal);
      } catch (error) {
        const fields = { symbol, retryInMs: pauseMs, error: String(error) };
        this.#control.log.error(fields, 'a halt of this worker could not be written: no other worker knows of it');
        if (signal.aborted) return;
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  #changed(target: string, state: ControlState | null): void {
    this.#refresh();
    const { log } = this.#control;
    if (state?.halted === true) logHalt(log, target, state.reason, state.requested_by);
    else log.info({ target, reason: state?.reason ?? null, by: state?.requested_by ?? null }, 'resumed: it goes on where it stopped');
    this.#onChange();
  }

  #refresh(): void {
    const partitions = this.#feed.halts.all().map(({ target }) => (target === ALL_SYMBOLS ? null : this.#table.partitionOf(target)));
    this.#partitions = new Set(partitions.filter((partition) => partition !== null));
  }
}

function logHalt(log: Log, target: string, reason: string | null, by: string | null): void {
  log.warn({ target, reason, by }, 'halted: nothing of it is emitted until it is resumed');
}
