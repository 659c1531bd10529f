/** When a batch is sent: full by either measure, or its first item has waited long enough. */
export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** How long an item waits for others at most, ms. */
  readonly lingerMs: number;
}

/**
 * Gathers items into batches and sends one at a time, in order: while one is under way the next fills up. What waits is bounded by the limits
 * for a caller that awaits hasRoom(). After a failed batch nothing more is sent, or a gap would go unseen.
 */
export class Batcher<T> {
  readonly #limits: BatchLimits;
  readonly #sendBatch: (items: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOverdue = false;
  #failure: Error | null = null;

  constructor(limits: BatchLimits, sendBatch: (items: readonly T[]) => Promise<void>) {
    this.#limits = limits;
    this.#sendBatch = sendBatch;
  }

  /** Takes an item. Throws what an earlier batch failed with. */
  add(item: T, bytes: number): void {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(item);
    this.#waitingBytes += bytes;
    this.#timer ??= setTimeout(() => this.#linger(), this.#limits.lingerMs);
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#limits.maxItems || this.#waitingBytes >= this.#limits.maxBytes;
  }

  /** Resolves when there is room for another item. Rejects with what a batch failed with. */
  async hasRoom(): Promise<void> {
    while (this.isFull) {
      if (this.#sending === null) this.#start();
      else await this.#sending;
      if (this.#failure !== null) throw this.#failure;
    }
  }

  /** Resolves when every item taken so far is sent. Rejects with what a batch failed with. */
  async flush(): Promise<void> {
    while (this.#failure === null && (this.#waiting.length > 0 || this.#sending !== null)) {
      if (this.#sending === null) this.#start();
      await this.#sending;
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Sends nothing more; add() throws `reason` from now on, where nothing had failed before. */
  stop(reason: Error): void {
    this.#failure ??= reason;
    clearTimeout(this.#timer);
  }

  #linger(): void {
    this.#isOverdue = true;
    if (this.#sending === null) this.#start();
  }

  #start(): void {
    if (this.#failure !== null || this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isOverdue = false;
    this.#sending = this.#sendBatch(items)
      .catch((error: unknown) => this.stop(error as Error))
      .finally(() => {
        this.#sending = null;
        if (this.#isOverdue) this.#start();
      });
  }
}
