import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { locateHome } from '../../src/platform/home.ts';
import { makeTemporaryHome, removeTemporaryHome, startPlatform } from '../../src/platform/index.ts';
import { anyFreePort } from '../../src/platform/ports.ts';
import type { BenchContext } from './command.ts';
import { hasProc } from './usage.ts';

/** A Kafka and a registry to measure on, and a folder for settings and logs; all but an external cluster ends with the scope. */
export interface BenchPlatform {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  /** Of the broker; null where it is not ours. */
  readonly kafkaPid: number | null;
  readonly registryPid: number | null;
  readonly folder: string;
}

/**
 * Starts the platform of `arbitrex up` (one KRaft node of at most 1 GB heap, and the registry) in a temporary folder, so that a benchmark meets
 * no data but its own. `external`: the cluster that KAFKA_BROKERS and SCHEMA_REGISTRY_URL name instead. Throws UserError where that fails.
 */
export async function openPlatform({ progress, scope }: BenchContext, external: boolean): Promise<BenchPlatform> {
  if (!hasProc()) throw new UserError('the benchmarks read processor time and memory from /proc: they run on Linux only');
  const home = await makeTemporaryHome('arbitrex-bench-');
  scope.defer(() => removeTemporaryHome(home));
  const folder = join(home, 'bench');
  mkdirSync(folder);
  if (external) {
    const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = process.env;
    if (!KAFKA_BROKERS || !SCHEMA_REGISTRY_URL) {
      throw new UserError('--external needs KAFKA_BROKERS and SCHEMA_REGISTRY_URL', { exitCode: 2 });
    }
    const { brokers, registryUrl } = await startPlatform({ env: { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } });
    return { brokers, registryUrl, kafkaPid: null, registryPid: null, folder };
  }
  const { brokers, registryUrl, pids } = await startPlatform({
    home,
    downloads: locateHome().downloads,
    platform: 'embedded',
    kafkaPort: await anyFreePort(),
    registryPort: await anyFreePort(),
    onProgress: (event) => {
      if (event.type === 'step') progress.show(event.text);
    },
  });
  return { brokers, registryUrl, kafkaPid: pids.kafka ?? null, registryPid: pids.registry ?? null, folder };
}
