/** What the observing process is told at its start. */
export interface ObserverTask {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly topics: { readonly ticks: string; readonly rows: string; readonly matrices: string };
  /** The one timeframe of the installation. */
  readonly durationMs: number;
}

/** One output and what it waited for. Times are wall clock ms, of one process. */
export interface Observed {
  /** The symbol of a tier-1 record; of a matrix, its universe. */
  readonly name: string;
  /** End of the bar's slot, or of the matrix' window: event time, UTC epoch ms. */
  readonly slotEnd: number;
  /** When the tick that closed the bar (the last of those that closed the bars of a matrix) had arrived. */
  readonly closedAt: number;
  /** When the output had arrived; null where it has not. */
  readonly seenAt: number | null;
}

/** What was observed since the start. */
export interface Observation {
  readonly rows: readonly Observed[];
  readonly matrices: readonly Observed[];
  readonly ticks: number;
  /** Tier-1 records that came again. */
  readonly seenTwice: number;
}

/** It reads from the ends of the topics on; the first tier-1 record has arrived; what was observed, on `{ report: true }`. */
export type ObserverMessage = { readonly event: 'ready' } | { readonly event: 'first' } | ({ readonly event: 'report' } & Observation);
