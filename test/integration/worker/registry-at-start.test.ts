import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { RegistryOutages } from '../../../src/codec/registry-outages.ts';
import { emptyTick } from '../../../src/domain/tick.ts';
import { silentLog } from '../../../src/log.ts';
import { writeControl } from '../../../src/ops/control-writer.ts';
import { packageRoot } from '../../../src/paths.ts';
import { Worker } from '../../../src/worker/worker.ts';
import { RegistryProxy } from '../../fault/platform/registry-proxy.ts';
import { Installation } from './installation.ts';
import { outgoing } from './outgoing-ticks.ts';
import { until } from './wait.ts';

const SETTINGS = { symbols: ['EURUSD'], timeframes: ['1m'] };
/** Less than the registry's time-out, and than the pauses grow to. */
const QUICK_MS = 4_500;

async function listen(): Promise<RegistryProxy> {
  const proxy = await RegistryProxy.listen(inject('registryUrl'));
  onTestFinished(() => proxy.close());
  return proxy;
}

function start(installation: Installation, registry: Registry, outages: RegistryOutages, signal?: AbortSignal): Promise<Worker> {
  const { settings, topology, connection } = installation;
  return Worker.start({ settings, topology, stages: 'all', connection, registry, log: silentLog, outages, signal });
}

test('a worker that finds the registry down waits, says for what, and starts when it is back', async () => {
  const installation = await Installation.open(SETTINGS);
  const ticks = [0, 60_000].map((eventTime) => Object.assign(emptyTick(), { symbol: 'EURUSD', eventTime, bid: 1, ask: 1.1 }));
  await installation.send(...ticks.map((tick) => outgoing(installation.tickSchemaId, tick)));
  const proxy = await listen();
  proxy.mood = 'failing';
  const outages = new RegistryOutages(silentLog);
  const starting = start(installation, new Registry({ url: proxy.url }), outages);
  await until('it waits', () => outages.current?.what === 'registering the schemas');
  proxy.mood = 'well';
  const worker = await starting;
  await Promise.race([worker.caughtUp(), worker.failed]);
  expect(worker.stats()).toMatchObject({ taken: 2, waiting: null });
  await worker.stop();
});

test('so does one that cannot read what is halted: it begins nothing before', async () => {
  const installation = await Installation.open(SETTINGS);
  const { connection, registry, topology } = installation;
  const control = topology.topics.control;
  const schemaId = (await registry.latest(control.subject))!.id;
  const state = { halted: true, reason: null, requested_by: null, requested_at: 1 };
  await writeControl({ connection, topic: control.name, schemaId, log: silentLog }, new Map([['EURUSD', state]]));

  /** Registers, and knows no schema by its id as long as it is down. */
  class HalfDown extends Registry {
    isDown = true;
    override async schemaById(id: number): Promise<object> {
      if (this.isDown) throw new RegistryOutage('half down');
      return await super.schemaById(id);
    }
  }
  const halfDown = new HalfDown({ url: inject('registryUrl') });
  const outages = new RegistryOutages(silentLog);
  const starting = start(installation, halfDown, outages);
  await until('it waits', () => outages.current?.what === 'reading what is halted');
  halfDown.isDown = false;
  const worker = await starting;
  await until('its task stands still', () => worker.stats().halted === 1);
  await worker.stop();
});

test('one that keeps the schemas on disk starts all the same, from what an earlier one has kept', async () => {
  const installation = await Installation.open(SETTINGS);
  const tickAt = (eventTime: number) => Object.assign(emptyTick(), { symbol: 'EURUSD', eventTime, bid: 1, ask: 1.1 });
  await installation.send(outgoing(installation.tickSchemaId, tickAt(0)));
  const proxy = await listen();
  const cacheDir = mkdtempSync(join(tmpdir(), 'arbitrex-cache-'));
  onTestFinished(() => rmSync(cacheDir, { recursive: true }));
  const run = async () => {
    // Another process remembers nothing.
    const worker = await start(installation, new Registry({ url: proxy.url, cacheDir }), new RegistryOutages(silentLog));
    await Promise.race([worker.caughtUp(), worker.failed]);
    const { taken } = worker.stats();
    await worker.stop();
    return taken;
  };
  expect(await run()).toBe(1);
  proxy.mood = 'refusing';
  await installation.send(outgoing(installation.tickSchemaId, tickAt(60_000)));
  expect(await run()).toBe(1);
  expect(proxy.disturbed).toBeGreaterThan(0);
});

test.each(['refusing', 'silent'] as const)('a start that waits for a registry that is %s ends at once when it is to', async (mood) => {
  const installation = await Installation.open(SETTINGS);
  const proxy = await listen();
  proxy.mood = mood;
  const ending = new AbortController();
  const starting = start(installation, new Registry({ url: proxy.url }), new RegistryOutages(silentLog), ending.signal);
  const ended = expect(starting).rejects.toBe('enough');
  await until('the registry is asked', () => proxy.disturbed > 0);
  const began = performance.now();
  ending.abort('enough');
  await ended;
  expect(performance.now() - began).toBeLessThan(QUICK_MS);
});

test.each(['refusing', 'silent'] as const)('`arbitrex run` ends with code 0 at SIGTERM while the registry is %s', async (mood) => {
  const installation = await Installation.open(SETTINGS);
  const proxy = await listen();
  proxy.mood = mood;
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const settingsFile = join(folder, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(installation.file));
  const child = spawn(process.execPath, [join(packageRoot, 'src/cli/main.ts'), 'run', '--settings', settingsFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: proxy.url },
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text));
  const exited = once(child, 'exit');
  await until('the registry is asked', () => proxy.disturbed > 0);
  if (mood === 'refusing') await until('it says so', () => log.includes('"what":"registering the schemas"'));
  const began = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - began).toBeLessThan(QUICK_MS);
  expect(log).toContain('worker ended');
});
