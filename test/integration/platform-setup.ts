/** Gives the integration tests a Kafka and a registry: those the environment names, else a platform of this run's own that ends with it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/paths.ts';
import { makeTemporaryHome, readPlatformFile, removeTemporaryHome, startPlatform } from '../../src/platform/index.ts';
import { anyFreePort } from '../../src/platform/ports.ts';
import { processIdentity } from '../../src/platform/processes.ts';
import { KafkaPlatform } from '../../src/testcontainers/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port each. */
    brokers: string[];
    /** Base URL of the registry's Confluent API. */
    registryUrl: string;
  }
}

/** A folder of this name and the pid of a test process is a platform's, and is removed by the next run if that process dies. */
export const HOME_PREFIX = 'arbitrex-test-';

/** Downloads outlast a run and are shared with `arbitrex up` in this checkout; data does not. */
export const sharedDownloads = join(packageRoot, '.arbitrex', 'downloads');

/** vitest's global setup. In containers where ARBITREX_PLATFORM says docker, else embedded. @returns what ends the platform. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { brokers, registryUrl, stop } = await start();
  project.provide('brokers', brokers);
  project.provide('registryUrl', registryUrl);
  return stop;
}

interface TestPlatform {
  brokers: string[];
  registryUrl: string;
  stop: () => Promise<void>;
}

async function start(): Promise<TestPlatform> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, ARBITREX_PLATFORM } = process.env;
  if (KAFKA_BROKERS && SCHEMA_REGISTRY_URL) {
    return { ...(await startPlatform({ env: { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } })), stop: async () => {} };
  }
  if (ARBITREX_PLATFORM === 'docker') return await startContainers();
  if (!ARBITREX_PLATFORM || ARBITREX_PLATFORM === 'embedded') return await startEmbedded();
  throw new Error(`ARBITREX_PLATFORM: '${ARBITREX_PLATFORM}' is not a way to run the tests; use docker or embedded`);
}

async function startContainers(): Promise<TestPlatform> {
  const platform = await KafkaPlatform.start();
  process.stderr.write(`platform: containers, Kafka at ${platform.brokers.join(',')}, registry at ${platform.registryUrl}\n`);
  return { brokers: platform.brokers, registryUrl: platform.registryUrl, stop: () => platform.stop() };
}

async function startEmbedded(): Promise<TestPlatform> {
  const home = await makeTemporaryHome(HOME_PREFIX);
  const killAtExit = () => killJavaProcesses(home);
  process.once('exit', killAtExit);
  try {
    const { brokers, registryUrl } = await startPlatform({
      home,
      downloads: sharedDownloads,
      platform: 'embedded',
      kafkaPort: await anyFreePort(),
      registryPort: await anyFreePort(),
      onProgress: (event) => {
        if (event.type !== 'bytes') process.stderr.write(`platform: ${event.text}\n`);
      },
    });
    const stop = async () => {
      await removeTemporaryHome(home);
      process.off('exit', killAtExit);
    };
    return { brokers, registryUrl, stop };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

/** For an exit that vitest has no time to tear down before. */
function killJavaProcesses(home: string): void {
  if (!existsSync(home)) return;
  for (const ref of Object.values(readPlatformFile({ home })?.processes ?? {})) {
    if (processIdentity(ref.pid) === ref.identity) process.kill(ref.pid, 'SIGTERM');
  }
}
