import { setTimeout as sleep } from 'node:timers/promises';
import { readTicks } from '../csv/ticks.ts';
import { UserError } from '../errors.ts';
import { type NewTick, problemOf, toNewTick } from './new-tick.ts';
import { TickProducer, type TickProducerOptions } from './tick-producer.ts';
import { untilAborted } from './until-aborted.ts';

/** How fast ticks go out: as fast as they can, so many a second, or by their event times, so many times faster than real time. */
export interface Pace {
  readonly ticksPerSecond?: number;
  readonly speed?: number;
}

export interface ProduceFileOptions extends TickProducerOptions {
  readonly pace?: Pace;
  /** Event time is the moment of sending, whatever the tick says. */
  readonly live?: boolean;
  /** A bad row ends the run instead of being passed over. */
  readonly strict?: boolean;
  /** Stops at the next tick, or at once where the file (a pipe) has nothing to give; what was taken is flushed. */
  readonly signal?: AbortSignal;
  /** Told of every row that holds no tick to send. */
  readonly onBadRow?: (line: number, problem: string) => void;
  /** Told how many ticks have been sent and how many bytes of the file read. */
  readonly onProgress?: (sent: number, bytesRead: number) => void;
}

/** What was produced. */
export interface Produced {
  readonly sent: number;
  readonly badRows: number;
  readonly seconds: number;
}

/** Sends the ticks of a CSV file (`-`: standard input). Throws UserError where it cannot be read, or for a bad row where `strict`. */
export async function produceFile(path: string, options: ProduceFileOptions): Promise<Produced> {
  let badRows = 0;
  let bytesRead = 0;
  const onBytes = (bytes: number): void => {
    bytesRead = bytes;
  };
  async function* ticks(): AsyncGenerator<NewTick> {
    for await (const rows of untilAborted(readTicks(path, onBytes), options.signal)) {
      for (const row of rows) {
        const tick = toNewTick(row.tick);
        const problem = row.problem ?? problemOf(tick);
        if (problem === null) {
          yield tick;
          continue;
        }
        badRows++;
        if (options.strict === true) throw new UserError(`${path}: line ${row.line}: ${problem}`);
        options.onBadRow?.(row.line, problem);
      }
    }
  }
  const withBytes = { ...options, onProgress: (sent: number) => options.onProgress?.(sent, bytesRead) };
  return { ...(await produceTicks(ticks(), withBytes)), badRows };
}

/** Sends ticks from any source at the pace asked for. */
export async function produceTicks(
  ticks: AsyncIterable<NewTick> | Iterable<NewTick>,
  options: ProduceFileOptions,
): Promise<Omit<Produced, 'badRows'>> {
  const began = performance.now();
  const producer = await TickProducer.open(options);
  const pacer = new Pacer(options.pace ?? {}, options.signal);
  const isStopped = (): boolean => options.signal?.aborted === true;
  let sent = 0;
  try {
    for await (const tick of ticks) {
      if (isStopped()) break;
      if (pacer.mustWait(tick.eventTime)) {
        await producer.flush();
        await pacer.wait();
        if (isStopped()) break;
      }
      await producer.send(options.live === true ? { ...tick, eventTime: Date.now() } : tick);
      sent++;
      if (sent % PROGRESS_EVERY === 0) options.onProgress?.(sent, 0);
    }
    await producer.flush();
  } finally {
    await producer.close();
  }
  options.onProgress?.(sent, 0);
  return { sent, seconds: (performance.now() - began) / 1_000 };
}

const PROGRESS_EVERY = 1_000;
/** Waits shorter than this are not worth a flush. */
const SHORTEST_WAIT_MS = 5;
/** A timer takes no more than 2^31 - 1 ms: between historical ticks there may be longer. */
const LONGEST_SLEEP_MS = 1e9;

/** Says when the next tick is due. */
class Pacer {
  readonly #pace: Pace;
  readonly #signal: AbortSignal | undefined;
  #startedAt = 0;
  #firstEventTime: number | null = null;
  #count = 0;
  #waitMs = 0;

  constructor(pace: Pace, signal: AbortSignal | undefined) {
    this.#pace = pace;
    this.#signal = signal;
  }

  /** True where the tick is not due yet. */
  mustWait(eventTime: number): boolean {
    const { ticksPerSecond, speed } = this.#pace;
    if (ticksPerSecond === undefined && speed === undefined) return false;
    if (this.#firstEventTime === null) {
      this.#firstEventTime = eventTime;
      this.#startedAt = performance.now();
    }
    const dueMs = ticksPerSecond === undefined ? (eventTime - this.#firstEventTime) / speed! : (1_000 * this.#count) / ticksPerSecond;
    this.#count++;
    this.#waitMs = dueMs - (performance.now() - this.#startedAt);
    return this.#waitMs >= SHORTEST_WAIT_MS;
  }

  async wait(): Promise<void> {
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    for (let leftMs = this.#waitMs; leftMs > 0 && this.#signal?.aborted !== true; leftMs -= LONGEST_SLEEP_MS) {
      // An abort ends the sleep early, and that is all it is to do here.
      await sleep(Math.min(leftMs, LONGEST_SLEEP_MS), undefined, options).catch(() => {});
    }
  }
}
