import { mkdirSync, rmSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { chooseKind, externalPlatform, forcedKind } from './choose.ts';
import { composeProject, composeUp, whyNotDocker } from './docker.ts';
import { installEmbedded, keepUsable, missingForEmbedded, startEmbedded, stillRunning } from './embedded.ts';
import { localRegistryUrl } from './embedded-registry.ts';
import { createHome, type Home, locateHome } from './home.ts';
import { withLock } from './lock.ts';
import { type Choices, type PlatformFile, readChoices, readPlatformFile, writeChoices, writePlatformFile } from './platform-file.ts';
import { choosePort, LOOPBACK } from './ports.ts';
import { kafkaAnswers } from './probe-kafka.ts';
import { registryAnswers, registryStatus, withoutPassword } from './probe-registry.ts';
import type { Environment, LocalKind, Platform, StartOptions } from './types.ts';

const PROBE_TIMEOUT_MS = 5_000;
const KAFKA_PORT = 9092;
const REGISTRY_PORT = 8081;

/**
 * Has a Kafka and a schema registry answer: those that KAFKA_BROKERS and SCHEMA_REGISTRY_URL name (only checked, never started), else those of
 * this folder, started where they do not run, in Docker or as Java processes. Resolves when both answer; at once where they already do.
 * Only one call at a time works on a folder, whatever process it is in. Throws UserError that says what is missing, busy or failed.
 */
export async function startPlatform(options: StartOptions = {}): Promise<Platform> {
  const env = options.env ?? process.env;
  const home = locateHome(options);
  const forced = forcedKind({ platform: options.platform, env });
  const external = externalPlatform(env);
  if (external !== null && forced === undefined) return checkExternal(external);
  createHome(home);
  const note = (text: string) => options.onProgress?.({ type: 'note', text });
  if (external !== null)
    note(`KAFKA_BROKERS is set: other commands use ${external.brokers.join(', ')}, not the platform that is started here`);
  return withLock(
    home.lockFile,
    (pid) => note(`process ${pid} is starting or stopping this platform: waiting for it`),
    () => startLocal(options, env, home),
  );
}

async function startLocal(options: StartOptions, env: Environment, home: Home): Promise<Platform> {
  const known = readPlatformFile({ home: home.root });
  const forced = forcedKind({ platform: options.platform, env });
  if (known !== null) {
    if (forced !== undefined && forced !== known.kind) {
      throw new UserError(`a platform of the ${known.kind} kind was started in ${home.root}; ${forced} was asked for`, {
        hint: 'Stop it first: arbitrex down',
      });
    }
    if (await bothAnswer(known)) {
      refuseOtherPorts(options, known);
      return describe(known, home, true);
    }
  }
  const choices = readChoices(home.choicesFile);
  const onProgress = options.onProgress ?? (() => {});
  const kind = await chooseKind(
    { platform: options.platform, last: known?.kind ?? choices?.kind ?? null, env },
    {
      whyNotDocker: () => whyNotDocker(env, onProgress),
      missingForEmbedded: () => missingForEmbedded(home, env),
      note: (text) => onProgress({ type: 'note', text }),
    },
  );
  const start: LocalStart = { options, env, home, known: known?.kind === kind ? known : null, choices };
  return describe(await (kind === 'docker' ? startDocker(start) : startJava(start)), home, false);
}

interface LocalStart {
  options: StartOptions;
  env: Environment;
  home: Home;
  known: PlatformFile | null;
  choices: Choices | null;
}

async function startJava({ options, env, home, known, choices }: LocalStart): Promise<PlatformFile> {
  for (const folder of [home.data, home.config, home.logs]) mkdirSync(folder, { recursive: true });
  const running = await keepUsable(known?.processes ?? {});
  if (known !== null && running.kafka !== undefined) refuseOtherPorts(options, known);
  const onProgress = options.onProgress ?? (() => {});
  const choosePorts = async () => {
    const kafka = running.kafka ? known!.ports.kafka : await kafkaPort(options, env, choices);
    const registry = running.registry ? known!.ports.registry : await registryPort(options, env, choices, [kafka]);
    const last = choices?.ports.controller;
    const controller = running.kafka && last !== undefined ? last : await controllerPort(last, [kafka, registry]);
    return { kafka, registry, controller };
  };
  // Once so that a busy port is told before a long download, and again because that download may have taken minutes.
  await choosePorts();
  const installation = await installEmbedded(home, env, onProgress);
  const ports = await choosePorts();
  const file = newFile('embedded', ports.kafka, ports.registry, known);
  writeChoices(home.choicesFile, { kind: 'embedded', ports });
  try {
    const processes = await startEmbedded({
      home,
      installation,
      ports,
      env,
      running,
      onSpawned: (spawned) => writePlatformFile(home.platformFile, { ...file, processes: spawned }),
      onProgress,
    });
    const complete = { ...file, processes };
    writePlatformFile(home.platformFile, complete);
    return complete;
  } catch (error) {
    // What this call started is stopped again; what ran before it stays on record.
    if (running.kafka === undefined) rmSync(home.platformFile, { force: true });
    else writePlatformFile(home.platformFile, { ...file, processes: running });
    throw error;
  }
}

async function startDocker({ options, env, home, known, choices }: LocalStart): Promise<PlatformFile> {
  // Containers that run hold their ports, and give them up by themselves where they are made anew.
  const kafka = known?.ports.kafka ?? (await kafkaPort(options, env, choices));
  const registry = known?.ports.registry ?? (await registryPort(options, env, choices, [kafka]));
  const file = { ...newFile('docker', kafka, registry, known), composeProject: composeProject(home) };
  writeChoices(home.choicesFile, { kind: 'docker', ports: { kafka, registry } });
  // On record before it runs: a start that is cut off can be stopped.
  writePlatformFile(home.platformFile, file);
  options.onProgress?.({ type: 'step', text: 'starting Kafka and the schema registry in Docker' });
  await composeUp(file.composeProject, file.ports, env);
  if (await bothAnswer(file)) return file;
  throw new UserError(`the containers run, but do not answer on ${LOOPBACK}:${kafka} and ${LOOPBACK}:${registry}`, {
    hint: `Look at: docker compose -p ${file.composeProject} logs`,
  });
}

function newFile(kind: LocalKind, kafka: number, registry: number, known: PlatformFile | null): PlatformFile {
  return {
    kind,
    brokers: [`${LOOPBACK}:${kafka}`],
    registryUrl: localRegistryUrl(registry),
    ports: { kafka, registry },
    processes: {},
    composeProject: null,
    startedAt: known?.startedAt ?? new Date().toISOString(),
  };
}

function kafkaPort(options: StartOptions, env: Environment, choices: Choices | null): Promise<number> {
  const explicit = options.kafkaPort ?? portFrom(env, 'ARBITREX_KAFKA_PORT');
  return choosePort({ name: 'Kafka', option: '--port', explicit, last: choices?.ports.kafka, preferred: KAFKA_PORT });
}

function registryPort(options: StartOptions, env: Environment, choices: Choices | null, taken: number[]): Promise<number> {
  const explicit = options.registryPort ?? portFrom(env, 'ARBITREX_REGISTRY_PORT');
  const wish = {
    name: 'the schema registry',
    option: '--registry-port',
    explicit,
    last: choices?.ports.registry,
    preferred: REGISTRY_PORT,
  };
  return choosePort(wish, taken);
}

function controllerPort(last: number | undefined, taken: number[]): Promise<number> {
  // Clients never see it: any port will do, and nobody names one.
  const wish = { name: "Kafka's controller", option: '', explicit: undefined, last, preferred: undefined };
  return choosePort(wish, taken);
}

function portFrom(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UserError(`${name}: '${text}' is not a port`, { hint: 'Use a number from 1 to 65535.', exitCode: 2 });
}

function refuseOtherPorts(options: StartOptions, known: PlatformFile): void {
  const asked = { kafka: options.kafkaPort, registry: options.registryPort };
  for (const service of ['kafka', 'registry'] as const) {
    if (asked[service] === undefined || asked[service] === known.ports[service]) continue;
    throw new UserError(`the platform already runs, with ${service} on port ${known.ports[service]} and not ${asked[service]}`, {
      hint: 'Stop it first: arbitrex down',
    });
  }
}

async function bothAnswer(file: PlatformFile): Promise<boolean> {
  // Another platform on the same ports must not stand for one of ours that has died.
  if (file.kind === 'embedded' && Object.keys(stillRunning(file.processes)).length < 2) return false;
  const answers = await Promise.all([
    kafkaAnswers(file.brokers[0]!, PROBE_TIMEOUT_MS),
    registryAnswers(file.registryUrl, PROBE_TIMEOUT_MS),
  ]);
  return answers.every(Boolean);
}

function describe(file: PlatformFile, home: Home, alreadyRunning: boolean): Platform {
  const pids = Object.fromEntries(Object.entries(file.processes).map(([service, ref]) => [service, ref.pid]));
  return { kind: file.kind, brokers: file.brokers, registryUrl: file.registryUrl, home: home.root, pids, alreadyRunning };
}

async function checkExternal(external: { brokers: string[]; registryUrl: string }): Promise<Platform> {
  const [brokers, status] = await Promise.all([
    Promise.all(external.brokers.map((broker) => kafkaAnswers(broker, PROBE_TIMEOUT_MS))),
    registryStatus(external.registryUrl, PROBE_TIMEOUT_MS),
  ]);
  if (!brokers.some(Boolean)) {
    throw new UserError(`no Kafka broker answers at ${external.brokers.join(', ')} (KAFKA_BROKERS)`, {
      hint: 'Check the address and that the cluster runs; or unset KAFKA_BROKERS and SCHEMA_REGISTRY_URL to have a platform started here.',
    });
  }
  const shown = withoutPassword(external.registryUrl);
  if (status === null) {
    throw new UserError(`no schema registry answers at ${shown} (SCHEMA_REGISTRY_URL)`, { hint: 'Check the address and that it runs.' });
  }
  if (status === 404 || status >= 500) {
    throw new UserError(`${shown}/subjects answers ${status} (SCHEMA_REGISTRY_URL)`, {
      hint: "Name the base of its Confluent API: for Apicurio Registry it ends in '/apis/ccompat/v7'.",
    });
  }
  return { kind: 'external', ...external, home: null, pids: {}, alreadyRunning: true };
}
