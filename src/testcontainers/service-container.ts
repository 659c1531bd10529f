/** What the containers of both services have in common: network, label, log, wait, end. */
import type { ContainerRuntimeClient, GenericContainer, StartedNetwork, StartedTestContainer } from 'testcontainers';
import { UserError } from '../errors.ts';
import type { Service } from '../platform/types.ts';
import { untilItAnswers } from '../platform/wait.ts';
import { ContainerLog } from './container-log.ts';
import { messageOf, type Testcontainers } from './docker.ts';
import type { ResolvedOptions } from './options.ts';

/** A label of every container of a platform; its value is the platform's id, as is that of the same label with `.kafka` or `.registry`. */
export const PLATFORM_LABEL = 'arbitrex.platform';

/** What a service is started with. */
export interface Launch {
  readonly testcontainers: Testcontainers;
  readonly docker: ContainerRuntimeClient;
  readonly options: ResolvedOptions;
  readonly network: StartedNetwork;
  /** Of the platform. */
  readonly id: string;
  /** Aborted where the other service has failed: this one is then not waited for. */
  readonly calledOff: AbortSignal;
}

/** Where a service is. */
export interface Addresses {
  /** For this machine. */
  readonly outside: string;
  /** For containers of the network. */
  readonly inNetwork: string;
}

const NAMES: Record<Service, string> = { kafka: 'Kafka', registry: 'the schema registry' };

/** A container that runs; what runs in it may not answer yet. */
export class ServiceContainer {
  readonly container: StartedTestContainer;
  readonly #service: Service;
  readonly #log: ContainerLog;
  readonly #launch: Launch;

  private constructor(service: Service, container: StartedTestContainer, log: ContainerLog, launch: Launch) {
    this.container = container;
    this.#service = service;
    this.#log = log;
    this.#launch = launch;
  }

  /** Starts what `definition` describes. Throws UserError where Docker does not do so, or the container ends at once. */
  static async start(service: Service, definition: GenericContainer, launch: Launch): Promise<ServiceContainer> {
    const { testcontainers, options, network, id } = launch;
    const log = new ContainerLog((line) => options.onLog(line, service));
    definition
      .withNetwork(network)
      .withNetworkAliases(options.aliases[service])
      .withLabels({ [PLATFORM_LABEL]: id, [`${PLATFORM_LABEL}.${service}`]: id })
      // Of a driver that can be read: the log also tells that the container has ended.
      .withDefaultLogDriver()
      .withLogConsumer((stream) => log.follow(stream))
      // Nothing: each service is waited for by asking it what a client will.
      .withWaitStrategy(testcontainers.Wait.forAll([]));
    try {
      return new ServiceContainer(service, await definition.start(), log, launch);
    } catch (error) {
      if (!log.isFollowed) await readLastLog(service, log, launch);
      throw new UserError(`${NAMES[service]} did not start: ${messageOf(error)}. The end of its log:\n${log.tail()}`, { cause: error });
    }
  }

  /** host:port where a port of the container is reached from outside. */
  address(port: number): string {
    return `${this.container.getHost()}:${this.container.getMappedPort(port)}`;
  }

  /** Resolves once it answers. Throws UserError, with its last log lines, where it ends first or takes too long. */
  async untilItAnswers(answers: () => Promise<boolean>): Promise<void> {
    const { calledOff, options } = this.#launch;
    await untilItAnswers({
      name: NAMES[this.#service],
      runner: 'container',
      isRunning: () => this.#log.isOpen && !calledOff.aborted,
      answers,
      timeoutMs: options.startupTimeoutMs,
      logTail: () => this.#log.tail(),
    });
  }
}

/** Reads what a container has said that ended before its log could be followed; nothing where there is none. */
async function readLastLog(service: Service, log: ContainerLog, { docker, id }: Launch): Promise<void> {
  const container = await docker.container.fetchByLabel(`${PLATFORM_LABEL}.${service}`, id);
  if (container === undefined) return;
  await docker.container.stop(container, { timeout: 0 });
  log.follow(await docker.container.logs(container));
  await log.end;
}

/** Removes the containers of a platform, however far they came, with their volumes. */
export async function removeContainers({ container: containers }: ContainerRuntimeClient, id: string): Promise<void> {
  for (;;) {
    const container = await containers.fetchByLabel(PLATFORM_LABEL, id);
    if (container === undefined) return;
    await containers.stop(container, { timeout: 0 });
    await containers.remove(container, { removeVolumes: true });
  }
}
