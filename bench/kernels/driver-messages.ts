/** What the driver's process is told: the file of ticks, in the format of the peers' generator. */
export interface DriverTask {
  readonly file: string;
}

/** One pass over all ticks, from columns in memory to the last matrix. */
export interface DriverRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly clean: number;
  readonly tier1: number;
  readonly tier2: number;
}

/** What it says: the first pass, in which code is still being compiled, and the next. */
export interface DriverMessage {
  readonly event: 'done';
  readonly ticks: number;
  readonly first: DriverRun;
  readonly again: DriverRun;
}
