/** What the loading process is told at its start. */
export interface LoaderTask {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly topic: string;
  readonly subject: string;
  /** A symbol's place is its partition. */
  readonly symbols: readonly string[];
  readonly ticksPerSecond: number;
}

/** What it may be told later: whose records are to be half garbage from now on (null: nobody's); to stop. */
export type LoaderCommand = { readonly poison: string | null } | { readonly stop: true };

/** It sends; it has stopped, with what it sent and how long it took. */
export type LoaderMessage =
  | { readonly event: 'started' }
  | { readonly event: 'stopped'; readonly sent: number; readonly garbage: number; readonly seconds: number };
