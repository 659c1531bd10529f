/** A line on a terminal that counts on; nothing where standard error is not a terminal. */
export interface Counter {
  update(count: number): void;
  /** Removes the line. May be called twice. */
  stop(): void;
}

/** Redraws at most this often. */
const REDRAW_MS = 100;

/** Counts `unit` with the rate since the start, on standard error, so that standard output stays clean. */
export function createCounter(options: { readonly quiet: boolean; readonly unit: string }): Counter {
  if (options.quiet || process.stderr.isTTY !== true) return { update() {}, stop() {} };
  const began = performance.now();
  let drawn = 0;
  let shown = false;
  return {
    update(count) {
      const now = performance.now();
      if (now - drawn < REDRAW_MS) return;
      drawn = now;
      shown = true;
      const rate = Math.round(count / ((now - began) / 1_000));
      process.stderr.write(`\r${count.toLocaleString('en')} ${options.unit}, ${rate.toLocaleString('en')}/s\x1b[K`);
    },
    stop() {
      if (shown) process.stderr.write('\r\x1b[K');
      shown = false;
    },
  };
}
