import { type ChildProcess, fork } from 'node:child_process';
import { UserError } from '../../src/errors.ts';
import type { Scope } from './scope.ts';

/**
 * A program of bench/ in a process of its own, so that what it does is in nobody's way: told its task as JSON on its command line, it says what
 * happens in messages that have an `event`. It ends with the scope.
 */
export class HelperProcess<Message extends { readonly event: string }> {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #end: () => Promise<void>;
  readonly #ended = Promise.withResolvers<never>();
  readonly #messages: Message[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(scope: Scope, file: string, task: object) {
    this.#child = fork(file, [JSON.stringify(task)], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.pid = this.#child.pid!;
    this.#end = scope.defer(() => this.#child.kill());
    // Whoever waits for a message sees the rejection.
    this.#ended.promise.catch(() => {});
    this.#child.on('message', (message: Message) => {
      this.#messages.push(message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.#child.once('exit', (code, signal) => this.#ended.reject(new Error(`${file} ended: ${code ?? signal}`)));
  }

  /** Tells it something. */
  tell(message: object): void {
    this.#child.send(message);
  }

  /** Rejects should it end before it is ended; never resolves. */
  failed(): Promise<never> {
    return this.#ended.promise;
  }

  /** The first message of this event, once it has come. Throws UserError after `limitMs`, an Error where the process ends before. */
  async said<Event extends Message['event']>(event: Event, limitMs: number): Promise<Extract<Message, { event: Event }>> {
    const isIt = (message: Message): message is Extract<Message, { event: Event }> => message.event === event;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new UserError(`waited ${limitMs / 1_000} s in vain for: ${event}`)), limitMs);
    try {
      for (;;) {
        const found = this.#messages.find(isIt);
        if (found !== undefined) return found;
        const next = Promise.withResolvers<void>();
        this.#waiting.push(next.resolve);
        await Promise.race([next.promise, late.promise, this.#ended.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    await this.#end();
  }
}
