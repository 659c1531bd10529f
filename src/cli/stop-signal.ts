/** Ctrl-C pressed again: 128 + SIGINT. */
const INTERRUPTED_EXIT_CODE = 130;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(INTERRUPTED_EXIT_CODE);
        isStopping = true;
        resolve();
      });
    }
  });
}
