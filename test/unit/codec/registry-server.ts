import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the server answers to a request: a status and a body, which becomes JSON unless it is text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * An HTTP server that answers as told: for what a real registry does not do on demand (failing, stalling, refusing access). It ends with the
 * test. Null as an answer means that none is given.
 */
export async function startServer(
  answer: (request: IncomingMessage, body: string) => Answer | null,
): Promise<{ url: string; requests: string[]; close: () => Promise<void> }> {
  const requests: string[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push(`${request.method} ${request.url}`);
    const given = answer(request, body);
    if (given === null) return;
    response.statusCode = given.status;
    response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}
