/** Kafka and the registry as two Java processes of ours. */
import { isOnPath } from './commands.ts';
import { areDownloaded, ensurePrograms, locatePrograms, type Programs } from './downloads.ts';
import { kafkaLog, spawnKafka } from './embedded-kafka.ts';
import { localRegistryUrl, registryLog, spawnRegistry } from './embedded-registry.ts';
import type { Home } from './home.ts';
import { findJava, type Java, MIN_JAVA } from './java.ts';
import { LOOPBACK } from './ports.ts';
import { kafkaIsReady } from './probe-kafka.ts';
import { registryAnswers } from './probe-registry.ts';
import { isAlive, terminate } from './processes.ts';
import type { Environment, ProcessRef, ProgressEvent, Service } from './types.ts';
import { waitUntilItAnswers } from './wait.ts';

const PROBE_TIMEOUT_MS = 2_000;
const KAFKA_START_TIMEOUT_MS = 90_000;
const REGISTRY_START_TIMEOUT_MS = 120_000;
/**
 * A broker writes its state out before it ends; the first time also its classes. A registry keeps nothing that is not in Kafka, and hangs on
 * where Kafka is gone before it.
 */
const STOP_GRACE_MS: Record<Service, number> = { registry: 10_000, kafka: 30_000 };

/** The Java processes, as far as they run. */
export type Processes = Partial<Record<Service, ProcessRef>>;

/** What is missing for the embedded platform, null where nothing is. */
export async function missingForEmbedded(home: Home, env: Environment): Promise<string | null> {
  const missing: string[] = [];
  const java = await findJava(env);
  if (java === null) missing.push(`a JDK ${MIN_JAVA} or later`);
  else if (java.major < MIN_JAVA) missing.push(`a JDK ${MIN_JAVA} or later (the newest found is ${java.major}, in ${java.home})`);
  if (!areDownloaded(locatePrograms(home)) && !isOnPath('mvn', env)) missing.push('Maven (mvn in PATH)');
  return missing.length === 0 ? null : missing.join(', and ');
}

/** What embedded services are run with. */
export interface Installation {
  java: Java;
  programs: Programs;
}

/** Finds Java and downloads what is not here yet. Call only where nothing is missing. Throws UserError where a download fails. */
export async function installEmbedded(home: Home, env: Environment, onProgress: (event: ProgressEvent) => void): Promise<Installation> {
  const java = (await findJava(env)) as Java;
  return { java, programs: await ensurePrograms(home, java, env, onProgress) };
}

/** What an embedded start needs. */
export interface EmbeddedStart {
  home: Home;
  installation: Installation;
  ports: Record<Service | 'controller', number>;
  env: Environment;
  /** Those that still run: they are kept. */
  running: Processes;
  /** Told after each process that is started, before it is waited for, so that none is ever lost. */
  onSpawned: (processes: Processes) => void;
  onProgress: (event: ProgressEvent) => void;
}

/**
 * Starts what does not run and waits until both answer. Where that fails, stops what it started.
 * Throws UserError, with the last log lines of the service that failed.
 */
export async function startEmbedded(start: EmbeddedStart): Promise<Processes> {
  const { home, env, onProgress } = start;
  const { java, programs } = start.installation;
  const broker = `${LOOPBACK}:${start.ports.kafka}`;
  const url = localRegistryUrl(start.ports.registry);
  const processes: Processes = { ...start.running };
  const started: Processes = {};
  const launch = async (
    service: Service,
    spawn: () => Promise<ProcessRef | null>,
    wait: Omit<Parameters<typeof waitUntilItAnswers>[0], 'process'>,
  ) => {
    onProgress({ type: 'step', text: `starting ${wait.name}` });
    let ref = processes[service] ?? null;
    if (ref === null) {
      ref = await spawn();
      if (ref !== null) {
        started[service] = ref;
        processes[service] = ref;
        start.onSpawned(processes);
      }
    }
    await waitUntilItAnswers({ ...wait, process: ref });
  };
  try {
    await launch(
      'kafka',
      () => spawnKafka({ home, java, libs: programs.kafkaLibs, port: start.ports.kafka, controllerPort: start.ports.controller, env }),
      {
        name: 'Kafka',
        logFile: kafkaLog(home),
        answers: () => kafkaIsReady(broker, PROBE_TIMEOUT_MS),
        timeoutMs: KAFKA_START_TIMEOUT_MS,
      },
    );
    await launch('registry', () => spawnRegistry({ home, java, folder: programs.registry, port: start.ports.registry, broker, env }), {
      name: 'the schema registry',
      logFile: registryLog(home),
      answers: () => registryAnswers(url, PROBE_TIMEOUT_MS),
      timeoutMs: REGISTRY_START_TIMEOUT_MS,
    });
    return processes;
  } catch (error) {
    await stopEmbedded(started);
    throw error;
  }
}

/** Of these processes, those that run. */
export function stillRunning(processes: Processes): Processes {
  return Object.fromEntries(Object.entries(processes).filter(([, ref]) => isAlive(ref)));
}

/** Stops the registry, then Kafka, on which it depends. @returns the pids that had to be ended. */
export async function stopEmbedded(processes: Processes): Promise<number[]> {
  const stopped: number[] = [];
  for (const service of ['registry', 'kafka'] as const) {
    const ref = processes[service];
    if (ref !== undefined && (await terminate(ref, STOP_GRACE_MS[service])) !== 'gone') stopped.push(ref.pid);
  }
  return stopped;
}

/** Of these processes, those to build on: a registry whose broker is gone is ended at once, to start over with the new one. */
export async function keepUsable(processes: Processes): Promise<Processes> {
  const running = stillRunning(processes);
  if (running.kafka !== undefined) return running;
  if (running.registry !== undefined) await terminate(running.registry, 0);
  return {};
}
