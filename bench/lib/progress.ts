/** Says on standard error what is going on: one line that is written over on a terminal, a line a step elsewhere. */
export interface Progress {
  /** A step begins. */
  show(text: string): void;
  /** How far the step is; on a terminal only. */
  advance(text: string): void;
  /** Removes the line. */
  clear(): void;
}

/** On `stream`, standard error by default. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (stream.isTTY !== true) return { show: (text) => void stream.write(`${text}\n`), advance() {}, clear() {} };
  const overwrite = (text: string) => void stream.write(`\r${text.slice(0, (stream.columns ?? 80) - 1)}\x1b[K`);
  return { show: overwrite, advance: overwrite, clear: () => overwrite('') };
}
