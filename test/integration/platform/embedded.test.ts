import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { missingForEmbedded } from '../../../src/platform/embedded.ts';
import { locateHome } from '../../../src/platform/home.ts';
import { platformStatus, readPlatformFile } from '../../../src/platform/index.ts';
import { readChoices } from '../../../src/platform/platform-file.ts';
import { LOOPBACK } from '../../../src/platform/ports.ts';
import { sharedDownloads } from '../platform-setup.ts';
import { findMark, LocalPlatform, leaveMark } from './local-platform.ts';

const MARK = { partitions: 3, subjects: ['mark-value'] };
const NO_ENV = { env: {} };

/** The first start on a machine downloads some 200 MB. */
const FIRST_START_MS = 600_000;

/** Where the tests run in containers, a machine need not have Java: what is missing then; else null, so that all this has to pass. */
const whyNot =
  process.env.ARBITREX_PLATFORM === 'docker' ? await missingForEmbedded(locateHome({ downloads: sharedDownloads }), process.env) : null;
const skipped = whyNot === null ? '' : ` (skipped: on containers, and there is no ${whyNot})`;

/** Runs to its end and prints how long it took. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`embedded platform, ${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

describe.skipIf(whyNot !== null)(`the embedded platform${skipped}`, () => {
  const local = new LocalPlatform('embedded');
  afterAll(() => local.remove());

  it('starts both services, on loopback, and is found by its file and by status', { timeout: FIRST_START_MS }, async () => {
    const platform = await timed('first start', () => local.startOnFreePorts());
    expect(platform).toMatchObject({ kind: 'embedded', alreadyRunning: false, home: local.home });
    expect(readPlatformFile({ home: local.home })).toMatchObject({ brokers: platform.brokers, registryUrl: platform.registryUrl });
    expect(await platformStatus({ home: local.home, ...NO_ENV })).toMatchObject({
      kind: 'embedded',
      kafka: { answers: true, alive: true, pid: platform.pids.kafka },
      registry: { answers: true, alive: true, pid: platform.pids.registry },
    });
    await leaveMark(platform);
    expect(await findMark(platform)).toEqual(MARK);
  });

  it('is not started twice: neither by a later call nor by two at once', async () => {
    const [one, other] = await Promise.all([local.start(), local.start()]);
    expect(one.alreadyRunning && other.alreadyRunning).toBe(true);
    expect(other.pids).toEqual(one.pids);
  });

  it('keeps topics, schemas and ports over a stop', async () => {
    const before = readPlatformFile({ home: local.home })!;
    const stopped = await timed('stop', () => local.stop());
    expect(stopped.pids).toEqual([before.processes.registry!.pid, before.processes.kafka!.pid]);
    expect(readPlatformFile({ home: local.home })).toBeNull();
    expect(await local.stop()).toMatchObject({ kind: null, pids: [] });
    const platform = await timed('second start', () => local.start());
    expect(platform).toMatchObject({ brokers: before.brokers, registryUrl: before.registryUrl });
    expect(await findMark(platform)).toEqual(MARK);
  });

  it('starts again only what has died, and all that depends on it', async () => {
    const before = await local.start();
    process.kill(before.pids.registry!, 'SIGKILL');
    await expect.poll(async () => (await platformStatus({ home: local.home, ...NO_ENV })).registry.alive).toBe(false);
    const withNewRegistry = await local.start();
    expect(withNewRegistry.pids.kafka).toBe(before.pids.kafka);
    expect(withNewRegistry.pids.registry).not.toBe(before.pids.registry);
    process.kill(withNewRegistry.pids.kafka!, 'SIGKILL');
    await expect.poll(async () => (await platformStatus({ home: local.home, ...NO_ENV })).kafka.alive).toBe(false);
    const allNew = await local.start();
    expect(Object.values(withNewRegistry.pids)).not.toContain(allNew.pids.registry);
    expect(await findMark(allNew)).toEqual(MARK);
  });

  it('refuses other ports and another kind while it runs', async () => {
    await expect(local.start({ kafkaPort: 1 })).rejects.toThrow(/already runs, with kafka on port \d+ and not 1/);
    await expect(local.start({ platform: 'docker' })).rejects.toThrow('docker was asked for');
  });
});

describe.skipIf(whyNot !== null)(`an embedded platform that is deleted${skipped}`, () => {
  it('forgets topics and schemas, keeps its ports, and leaves the choice of the kind open', async () => {
    const local = new LocalPlatform('embedded');
    onTestFinished(() => local.remove());
    const before = await local.startOnFreePorts();
    await leaveMark(before);
    expect(await local.stop({ deleteData: true })).toMatchObject({ dataDeleted: true });
    expect(readChoices(locateHome({ home: local.home }).choicesFile)?.kind).toBeNull();
    const after = await local.start();
    expect(after.brokers).toEqual(before.brokers);
    expect(await findMark(after)).toEqual({ partitions: undefined, subjects: [] });
  });
});

describe.skipIf(whyNot !== null)(`an embedded platform that cannot start${skipped}`, () => {
  it('names the port that is busy, and starts nothing', async () => {
    const local = new LocalPlatform('embedded');
    onTestFinished(() => local.remove());
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    await expect(local.start({ kafkaPort: port })).rejects.toThrow(`port ${port} for Kafka is busy on 127.0.0.1`);
    await expect(local.start({ registryPort: port })).rejects.toThrow(`port ${port} for the schema registry is busy on 127.0.0.1`);
    expect(readPlatformFile({ home: local.home })).toBeNull();
  });

  it('shows the end of the log, names the log, and leaves nothing running', async () => {
    const local = new LocalPlatform('embedded');
    onTestFinished(() => local.remove());
    const data = join(local.home, 'data', 'kafka');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'meta.properties'), 'version=1\nnode.id=77\ncluster.id=another\n');
    const log = join(local.home, 'logs', 'kafka.log');
    await expect(local.startOnFreePorts()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Kafka did not start: its process ended.*77/s),
      hint: `The whole log: ${log}`,
    });
    expect(readFileSync(log, 'utf8')).toContain('77');
    expect(readPlatformFile({ home: local.home })).toBeNull();
  });
});
