import { randomUUID } from 'node:crypto';
import type { ContainerRuntimeClient, StartedNetwork } from 'testcontainers';
import type { Topology } from '../../topology/fx.ts';
import { Registry } from '../codec/registry.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import { silentLog } from '../log.ts';
import { applyTopology } from '../provision/apply.ts';
import { findDocker, loadTestcontainers, pullImages, startNetwork } from './docker.ts';
import { startKafka } from './kafka-container.ts';
import { type KafkaPlatformOptions, resolveOptions } from './options.ts';
import { startRegistry } from './registry-container.ts';
import { type Addresses, type Launch, removeContainers } from './service-container.ts';

/**
 * A Kafka and a schema registry in Docker containers of a test's own: empty at first, gone at the end.
 *
 *     const platform = await KafkaPlatform.start();
 *     const connection = { brokers: platform.brokers, clientId: 'my-test' };
 *     const registry = new Registry({ url: platform.registryUrl });
 *     …
 *     await platform.stop();
 */
export class KafkaPlatform implements AsyncDisposable {
  /** host:port each, for this machine. */
  readonly brokers: string[];
  /** Base URL of the registry's Confluent API, for this machine. */
  readonly registryUrl: string;
  /** host:port each, for containers in `network`. */
  readonly brokersInNetwork: string[];
  /** Base URL of the registry's Confluent API, for containers in `network`. */
  readonly registryUrlInNetwork: string;
  /** The network of both services: what else a test runs in containers can join it. */
  readonly network: StartedNetwork;
  readonly #end: () => Promise<void>;
  #ended: Promise<void> | undefined;

  private constructor(kafka: Addresses, registry: Addresses, network: StartedNetwork, end: () => Promise<void>) {
    this.brokers = [kafka.outside];
    this.registryUrl = registry.outside;
    this.brokersInNetwork = [kafka.inNetwork];
    this.registryUrlInNetwork = registry.inNetwork;
    this.network = network;
    this.#end = end;
  }

  /**
   * Starts both, pulling their images where they are missing. Resolves when topics can be created and schemas registered. Throws UserError where
   * an option is wrong, where testcontainers, Docker or an image is missing, or where a service does not answer (with its last log lines); nothing
   * is left running then.
   */
  static async start(options: KafkaPlatformOptions = {}): Promise<KafkaPlatform> {
    const resolved = resolveOptions(options);
    const testcontainers = await loadTestcontainers();
    const docker = await findDocker(testcontainers);
    await pullImages(testcontainers, docker, Object.values(resolved.images));
    const network = resolved.network ?? (await startNetwork(testcontainers));
    const id = randomUUID();
    const end = () => removeAll(docker, id, resolved.network === null ? network : null);
    try {
      const launch = { testcontainers, docker, options: resolved, network, id };
      const [kafka, registry] = await startBoth(launch);
      return new KafkaPlatform(kafka, registry, network, end);
    } catch (error) {
      // Why it did not start is what its caller has to know, whatever becomes of the rest.
      await end().catch(() => {});
      throw error;
    }
  }

  /** What tells programs, `arbitrex` among them, where this platform is: variables for a child process. */
  get clientEnvironment(): Record<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL', string> {
    return { KAFKA_BROKERS: this.brokers.join(','), SCHEMA_REGISTRY_URL: this.registryUrl };
  }

  /** Creates the topics of a topology and registers its schemas, as `arbitrex topology apply` does. Throws UserError where it would. */
  async apply(topology: Topology): Promise<void> {
    const connection = { brokers: this.brokers, clientId: 'arbitrex-testcontainers' };
    const admin = await KafkaAdmin.connect(connection, silentLog);
    try {
      await applyTopology(topology, { connection, admin, registry: new Registry({ url: this.registryUrl }), log: silentLog });
    } finally {
      await admin.close();
    }
  }

  /** Removes the containers with all they hold, and the network if it is the platform's own. May be called again. */
  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts both at once. Where one fails the other is called off, and its failure is thrown once neither is being started any more. */
async function startBoth(launch: Omit<Launch, 'calledOff'>): Promise<[kafka: Addresses, registry: Addresses]> {
  const callOff = new AbortController();
  const start = async (service: (launch: Launch) => Promise<Addresses>): Promise<Addresses> => {
    try {
      return await service({ ...launch, calledOff: callOff.signal });
    } catch (error) {
      // The first reason stays.
      callOff.abort(error);
      throw error;
    }
  };
  const both = [start(startKafka), start(startRegistry)] as const;
  await Promise.allSettled(both);
  callOff.signal.throwIfAborted();
  return await Promise.all(both);
}

async function removeAll(docker: ContainerRuntimeClient, id: string, ownNetwork: StartedNetwork | null): Promise<void> {
  await removeContainers(docker, id);
  await ownNetwork?.stop();
}
