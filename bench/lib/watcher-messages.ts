/** What the watching process is told at its start, as JSON on its command line. */
export interface WatcherTask {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly bars: string;
  readonly matrices: string;
  /** By timeframe: the window_end of the matrix to wait for. */
  readonly lastWindowEnds: Readonly<Record<string, number>>;
}

/** What it says: it watches; the first bar can be read; all matrices to wait for can be read. Times are wall clock ms. */
export type WatcherMessage =
  | { readonly event: 'ready' }
  | { readonly event: 'first'; readonly at: number }
  | { readonly event: 'done'; readonly at: number; readonly matrices: number; readonly versionGaps: number };
