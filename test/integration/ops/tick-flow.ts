import { setTimeout as sleep } from 'node:timers/promises';
import { emptyTick, type Tick } from '../../../src/domain/tick.ts';
import { uniform } from '../../property/hostile.ts';
import type { Installation } from '../worker/installation.ts';
import { outgoing } from '../worker/outgoing-ticks.ts';

/** Two ticks a 1s bar, long ago. */
const DEFAULT_TIMES = { startMs: Date.UTC(2026, 0, 5), stepMs: 500 };
const PACE_MS = 30;

/** Good ticks of some symbols, a round of one tick each at a time, in steps of event time: random walks from a seed. */
export class TickFlow {
  /** All that was sent, in order. */
  readonly ticks: Tick[] = [];
  rounds = 0;
  readonly #installation: Installation;
  readonly #symbols: readonly string[];
  readonly #times: typeof DEFAULT_TIMES;
  readonly #random: () => number;
  readonly #prices: number[];
  #running: Promise<void> | null = null;
  #isStopping = false;

  constructor(installation: Installation, symbols: readonly string[], seed: number, times = DEFAULT_TIMES) {
    this.#installation = installation;
    this.#symbols = symbols;
    this.#times = times;
    this.#random = uniform(seed);
    this.#prices = symbols.map(() => 1);
  }

  /** Sends `rounds` rounds at once. */
  async send(rounds: number): Promise<void> {
    const ticks = Array.from({ length: rounds }, () => this.#round()).flat();
    await this.#installation.send(...ticks.map((tick) => outgoing(this.#installation.tickSchemaId, tick)));
    this.ticks.push(...ticks);
  }

  /** Sends round after round at an even pace until `stop`. */
  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      await this.send(1);
      await sleep(PACE_MS);
    }
  }

  #round(): Tick[] {
    const eventTime = this.#times.startMs + this.#times.stepMs * this.rounds++;
    return this.#symbols.map((symbol, i) => {
      this.#prices[i]! *= 1 + 1e-3 * (this.#random() - 0.5);
      const bid = this.#prices[i]!;
      return { ...emptyTick(), symbol, eventTime, bid, ask: bid * 1.0001, hasSeq: true, seq: this.rounds, sourceId: 'flow' };
    });
  }
}
