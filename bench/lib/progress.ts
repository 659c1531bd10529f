/** Says on standard error what is going on: one line that is written over on a terminal, a line each elsewhere. */
export interface Progress {
  show(text: string): void;
  /** Removes the line. */
  clear(): void;
}

/** On `stream`, standard error by default. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (stream.isTTY !== true) return { show: (text) => void stream.write(`${text}\n`), clear() {} };
  return {
    show(text) {
      stream.write(`\r${text.slice(0, (stream.columns ?? 80) - 1)}\x1b[K`);
    },
    clear() {
      stream.write('\r\x1b[K');
    },
  };
}
