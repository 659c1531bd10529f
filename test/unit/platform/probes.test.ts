import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anyFreePort, LOOPBACK } from '../../../src/platform/ports.ts';
import { kafkaAnswers, kafkaIsReady, parseBroker } from '../../../src/platform/probe-kafka.ts';
import { registryAnswers, registryStatus, withoutPassword } from '../../../src/platform/probe-registry.ts';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

describe('whether Kafka answers', () => {
  it.each([
    ['that says nothing', () => {}],
    ['that hangs up', (socket: Socket) => socket.destroy()],
    ['that speaks HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['that answers in half', (socket: Socket) => socket.write(Buffer.from([0, 0, 0, 10, 0, 0, 0, 1, 0]))],
  ])('is no for a server %s', async (_what, onConnect) => {
    const port = await listen(createServer((socket) => onConnect(socket.on('error', () => {}))));
    expect(await kafkaAnswers(`${LOOPBACK}:${port}`, 300)).toBe(false);
    expect(await kafkaIsReady(`${LOOPBACK}:${port}`, 300)).toBe(false);
  });

  it('is no where nothing listens', async () => {
    expect(await kafkaAnswers(`${LOOPBACK}:${await anyFreePort()}`, 1_000)).toBe(false);
  });

  it('is asked of a host and a port', () => {
    expect(parseBroker('kafka.example:9092')).toEqual({ host: 'kafka.example', port: 9092 });
    expect(parseBroker('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
  });
});

describe('whether a registry answers', () => {
  async function registry(status: number): Promise<{ url: string; requests: IncomingMessage[] }> {
    const requests: IncomingMessage[] = [];
    const server = createHttpServer((request, response) => {
      requests.push(request);
      response.writeHead(status).end('[]');
    });
    return { url: `http://${LOOPBACK}:${await listen(server)}/api`, requests };
  }

  it('is yes only where it lists its subjects', async () => {
    const { url, requests } = await registry(200);
    expect(await registryAnswers(`${url}/`, 2_000)).toBe(true);
    expect(requests[0]!.url).toBe('/api/subjects');
    expect(await registryAnswers((await registry(503)).url, 2_000)).toBe(false);
    expect(await registryStatus(`http://${LOOPBACK}:${await anyFreePort()}`, 2_000)).toBeNull();
  });

  it('sends the user and the password that the URL carries, and never shows the password', async () => {
    const { url, requests } = await registry(200);
    const withLogin = url.replace('//', '//me:s%40crt@');
    expect(await registryStatus(withLogin, 2_000)).toBe(200);
    expect(requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:s@crt').toString('base64')}`);
    expect(withoutPassword(withLogin)).toBe(url.replace('//', '//me:***@'));
  });
});
