import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../../src/platform/ports.ts';

/** Requests by their number in the protocol, as far as faults are aimed at them. */
export const API = { produce: 0, fetch: 1, addPartitions: 24, addOffsets: 25, endTransaction: 26, txnOffsetCommit: 28 } as const;

/** What happens to a request: passed on; passed on, and the line cut before its answer; the line cut before it is passed on. */
export type Verdict = 'pass' | 'cut-reply' | 'cut-request';

interface Line {
  readonly client: Socket;
  readonly broker: Socket;
}

/**
 * Stands between clients and one broker and does to their lines what networks do: cuts, freezes and delays them, and loses single requests or
 * answers, chosen by the kind of request.
 */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: number;
  readonly #lines = new Set<Line>();
  /** What to do with a request; undefined: all pass. */
  judge: ((apiKey: number) => Verdict) | undefined;
  /** Added to every answer, ms. */
  delayMs = 0;
  #isCut = false;
  #isFrozen = false;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Listens on a free port for what is to reach `target` of this machine. */
  static async listen(target: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    return new TcpProxy(server, target);
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  /** Breaks every line, and every new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const line of this.#lines) this.#end(line);
  }

  /** Lines stay open; nothing comes through, either way. */
  freeze(): void {
    this.#isFrozen = true;
    for (const { client, broker } of this.#lines) for (const socket of [client, broker]) socket.pause();
  }

  /** All is as if there were no proxy. */
  heal(): void {
    this.#isCut = false;
    this.judge = undefined;
    this.delayMs = 0;
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    for (const { client, broker } of this.#lines) for (const socket of [client, broker]) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#isCut) {
      client.resetAndDestroy();
      return;
    }
    const broker = connect({ host: LOOPBACK, port: this.#target, noDelay: true });
    client.setNoDelay(true);
    const line: Line = { client, broker };
    this.#lines.add(line);
    for (const socket of [client, broker]) {
      if (this.#isFrozen) socket.pause();
      socket.on('error', () => this.#end(line));
      socket.on('close', () => this.#end(line));
    }
    // Answers that must not come through: the line is cut when the broker sends the next one.
    let isReplyCut = false;
    let unread = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE(0)) {
        const end = 4 + unread.readInt32BE(0);
        const request = unread.subarray(0, end);
        unread = unread.subarray(end);
        const verdict = this.judge?.(request.readInt16BE(4)) ?? 'pass';
        if (verdict === 'cut-request') return this.#end(line);
        if (verdict === 'cut-reply') isReplyCut = true;
        broker.write(request);
      }
    });
    broker.on('data', (chunk: Buffer) => {
      if (isReplyCut) this.#end(line);
      else if (this.delayMs > 0) setTimeout(() => client.write(chunk), this.delayMs);
      else client.write(chunk);
    });
  }

  #end(line: Line): void {
    if (!this.#lines.delete(line)) return;
    line.client.resetAndDestroy();
    line.broker.resetAndDestroy();
  }
}
