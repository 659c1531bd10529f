/** Gives the integration tests a Kafka and a registry: those the environment names, else a platform of this run's own that ends with it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/paths.ts';
import { type LocalKind, makeTemporaryHome, readPlatformFile, removeTemporaryHome, startPlatform } from '../../src/platform/index.ts';
import { anyFreePort } from '../../src/platform/ports.ts';
import { processIdentity } from '../../src/platform/processes.ts';

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

/** vitest's global setup. Embedded, unless ARBITREX_PLATFORM says docker. @returns what ends the platform. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = process.env;
  if (KAFKA_BROKERS && SCHEMA_REGISTRY_URL) {
    const { brokers, registryUrl } = await startPlatform({ env: { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } });
    project.provide('brokers', brokers);
    project.provide('registryUrl', registryUrl);
    return async () => {};
  }
  const home = await makeTemporaryHome(HOME_PREFIX);
  const killAtExit = () => killJavaProcesses(home);
  process.once('exit', killAtExit);
  const kafkaPort = await anyFreePort();
  try {
    const { brokers, registryUrl } = await startPlatform({
      home,
      downloads: sharedDownloads,
      platform: (process.env.ARBITREX_PLATFORM || 'embedded') as LocalKind,
      kafkaPort,
      registryPort: await anyFreePort(),
      onProgress: (event) => {
        if (event.type !== 'bytes') process.stderr.write(`platform: ${event.text}\n`);
      },
    });
    project.provide('brokers', brokers);
    project.provide('registryUrl', registryUrl);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  return async () => {
    await removeTemporaryHome(home);
    process.off('exit', killAtExit);
  };
}

/** For an exit that vitest has no time to tear down before. */
function killJavaProcesses(home: string): void {
  if (!existsSync(home)) return;
  for (const ref of Object.values(readPlatformFile({ home })?.processes ?? {})) {
    if (processIdentity(ref.pid) === ref.identity) process.kill(ref.pid, 'SIGTERM');
  }
}
