import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TAIL_LINES, tailOf } from '../platform/logs.ts';

/** The log of a container, as long as it runs. */
export class ContainerLog {
  readonly #onLine: (line: string) => void;
  readonly #last: string[] = [];
  readonly #end = Promise.withResolvers<void>();
  #isFollowed = false;
  #isOpen = true;

  /** @param onLine takes every line */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Reads the container's log, which Docker ends with the container. Call once. */
  follow(stream: Readable): void {
    this.#isFollowed = true;
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      this.#last.push(line);
      if (this.#last.length > TAIL_LINES) this.#last.shift();
      this.#onLine(line);
    });
    lines.once('close', () => {
      this.#isOpen = false;
      this.#end.resolve();
    });
  }

  /** Whether it is being read, or was. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  /** Resolves when all of it is read: once the container has ended. */
  get end(): Promise<void> {
    return this.#end.promise;
  }

  /** False once the container has ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The last lines, indented to stand below a message. */
  tail(): string {
    return tailOf(this.#last.join('\n') || '(the log is empty)');
  }
}
