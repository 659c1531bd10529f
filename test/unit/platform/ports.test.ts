import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anyFreePort, choosePort, isPortFree, LOOPBACK } from '../../../src/platform/ports.ts';

/** Listens on a port until the test ends. */
async function busyPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

const wish = (ports: { explicit?: number; last?: number; preferred: number }) => ({
  name: 'Kafka',
  option: '--port',
  explicit: ports.explicit,
  last: ports.last,
  preferred: ports.preferred,
});

describe('the port of a service', () => {
  it('is the one asked for', async () => {
    const port = await anyFreePort();
    expect(await choosePort(wish({ explicit: port, last: await anyFreePort(), preferred: await anyFreePort() }))).toBe(port);
  });

  it('is an error that names it where the one asked for is busy', async () => {
    const port = await busyPort();
    await expect(choosePort(wish({ explicit: port, preferred: await anyFreePort() }))).rejects.toMatchObject({
      name: 'UserError',
      message: `port ${port} for Kafka is busy on 127.0.0.1`,
      hint: expect.stringContaining('--port'),
    });
  });

  it('is the last one before the well-known one, so that clients find it again', async () => {
    const [last, preferred] = [await anyFreePort(), await anyFreePort()];
    expect(await choosePort(wish({ last, preferred }))).toBe(last);
    expect(await choosePort(wish({ last: await busyPort(), preferred }))).toBe(preferred);
  });

  it('is any free one where all known ones are busy or taken by the other service', async () => {
    const busy = await busyPort();
    const taken = await anyFreePort();
    const port = await choosePort(wish({ last: taken, preferred: busy }), [taken]);
    expect([busy, taken]).not.toContain(port);
    expect(await isPortFree(port)).toBe(true);
  });
});
