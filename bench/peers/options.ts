import type { Guarantee } from '../lib/installation.ts';

/** What `bench peers` takes. */
export interface PeersOptions {
  readonly n: number;
  readonly runs: number;
  readonly quixN: number;
  readonly pandas: boolean;
  readonly latency?: boolean;
  readonly seconds: number;
  readonly warmup: number;
}

/** What the peers call our guarantees. */
export const THEIR_GUARANTEE: Readonly<Record<Guarantee, string>> = { at_least_once: 'at_least_once', exactly_once: 'exactly_once_v2' };

/** The peer that everything is compared with, as its runner names it. */
export const KAFKA_STREAMS = 'kafka-streams';
