import { createServer, request, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '../../../src/platform/ports.ts';

/** How the registry behaves: as it is; refuses every connection; answers 500; answers after 1.5 s; never answers. */
export type RegistryMood = 'well' | 'refusing' | 'failing' | 'slow' | 'silent';

const SLOW_MS = 1_500;

/** Stands before the registry and makes it behave badly. */
export class RegistryProxy {
  mood: RegistryMood = 'well';
  /** Requests that were not passed on as they came. */
  disturbed = 0;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${(server.address() as { port: number }).port}${target.pathname}`;
    server.on('request', async (incoming, outgoing) => {
      if (this.mood !== 'well') this.disturbed++;
      if (this.mood === 'silent') return;
      if (this.mood === 'refusing') return incoming.socket.resetAndDestroy();
      if (this.mood === 'failing') return outgoing.writeHead(500).end('{"error_code":50001,"message":"injected"}');
      if (this.mood === 'slow') await sleep(SLOW_MS);
      const { method, headers, url } = incoming;
      const passed = request({ host: target.hostname, port: target.port, method, headers, path: url }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => incoming.socket.resetAndDestroy());
      incoming.pipe(passed);
    });
  }

  /** Listens on a free port for what is to reach the registry at `url`. */
  static async listen(url: string): Promise<RegistryProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    return new RegistryProxy(server, new URL(url));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
