import { externalPlatform } from './choose.ts';
import { folderSize } from './folder-size.ts';
import { locateHome } from './home.ts';
import { readPlatformFile } from './platform-file.ts';
import { kafkaAnswers } from './probe-kafka.ts';
import { registryStatus } from './probe-registry.ts';
import { isAlive } from './processes.ts';
import type { HomeOptions, PlatformKind, ProcessRef } from './types.ts';

const PROBE_TIMEOUT_MS = 3_000;

/** One service of a platform. */
export interface ServiceStatus {
  answers: boolean;
  /** The process that was started; null where it is not ours to know (docker, external) or was not started. */
  pid: number | null;
  /** Whether that very process runs; null where `pid` is. */
  alive: boolean | null;
}

/** The platform that commands would use now. */
export interface PlatformStatus {
  /** null where none was started and the environment names none. */
  kind: PlatformKind | null;
  brokers: string[];
  registryUrl: string | null;
  kafka: ServiceStatus;
  registry: ServiceStatus;
  /** The folder of the local platform; null for an external one. */
  home: string | null;
  /** Size of its data in bytes: 0 where there is none, null where it is not in the folder (docker, external). */
  dataBytes: number | null;
  /** ISO 8601, UTC; null where nothing was started here. */
  startedAt: string | null;
}

/** What the environment names, else what was started in this folder, and whether each service answers now. Starts and stops nothing. */
export async function platformStatus(options: HomeOptions = {}): Promise<PlatformStatus> {
  const external = externalPlatform(options.env ?? process.env);
  const home = locateHome(options);
  if (external !== null) {
    const services = await probe(external.brokers, external.registryUrl, {}, (status) => status < 500 && status !== 404);
    return { kind: 'external', ...external, ...services, home: null, dataBytes: null, startedAt: null };
  }
  const file = readPlatformFile({ home: home.root });
  const dataBytes = file?.kind === 'docker' ? null : folderSize(home.data);
  if (file === null) {
    const nothing = { answers: false, pid: null, alive: null };
    return { kind: null, brokers: [], registryUrl: null, kafka: nothing, registry: nothing, home: home.root, dataBytes, startedAt: null };
  }
  const { kind, brokers, registryUrl, startedAt } = file;
  const services = await probe(brokers, registryUrl, file.processes, (status) => status === 200);
  return { kind, brokers, registryUrl, ...services, home: home.root, dataBytes, startedAt };
}

async function probe(
  brokers: string[],
  registryUrl: string,
  processes: { kafka?: ProcessRef; registry?: ProcessRef },
  isAnswer: (status: number) => boolean,
): Promise<{ kafka: ServiceStatus; registry: ServiceStatus }> {
  const [kafka, status] = await Promise.all([
    Promise.all(brokers.map((broker) => kafkaAnswers(broker, PROBE_TIMEOUT_MS))),
    registryStatus(registryUrl, PROBE_TIMEOUT_MS),
  ]);
  return {
    kafka: { answers: kafka.some(Boolean), ...processStatus(processes.kafka) },
    registry: { answers: status !== null && isAnswer(status), ...processStatus(processes.registry) },
  };
}

function processStatus(ref: ProcessRef | undefined): { pid: number | null; alive: boolean | null } {
  return ref === undefined ? { pid: null, alive: null } : { pid: ref.pid, alive: isAlive(ref) };
}
