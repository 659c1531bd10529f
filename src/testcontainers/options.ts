/** What a KafkaPlatform can be told, and what it does where it is told nothing. */
import type { StartedNetwork } from 'testcontainers';
import { UserError } from '../errors.ts';
import { IMAGES } from '../platform/images.ts';
import type { Service } from '../platform/types.ts';
import { FIXED_KAFKA_ENVIRONMENT } from './kafka-environment.ts';

/** How to start a KafkaPlatform; all of it may be left out. */
export interface KafkaPlatformOptions {
  /** Images to run instead of Apache Kafka 4.4.0 and Apicurio Registry 3.3.3. Kafka's has to be one of apache/kafka's make: it is set up by KAFKA_*. */
  readonly images?: Partial<Record<Service, string>>;
  /**
   * Environment variables of the containers, over the platform's own: `{ kafka: { KAFKA_MESSAGE_MAX_BYTES: '2000000' } }`. What makes the mapped
   * port work (listeners, roles) cannot be set.
   */
  readonly environment?: Partial<Record<Service, Readonly<Record<string, string>>>>;
  /** A network to join, with containers of yours in it; it is yours to stop, after the platform. Default: one of the platform's own. */
  readonly network?: StartedNetwork;
  /** The host names of the services in the network. Two platforms in one network need different ones. Default `kafka` and `registry`. */
  readonly aliases?: Partial<Record<Service, string>>;
  /** How long each service may take until it answers, ms; pulling its image does not count. Default 120,000. */
  readonly startupTimeoutMs?: number;
  /** Takes every line that a service logs, from its first one on. */
  readonly onLog?: (line: string, service: Service) => void;
}

/** Options with nothing left open. */
export interface ResolvedOptions {
  readonly images: Readonly<Record<Service, string>>;
  readonly environment: Readonly<Record<Service, Readonly<Record<string, string>>>>;
  /** null for one of the platform's own. */
  readonly network: StartedNetwork | null;
  readonly aliases: Readonly<Record<Service, string>>;
  readonly startupTimeoutMs: number;
  readonly onLog: (line: string, service: Service) => void;
}

const ALIASES: Record<Service, string> = { kafka: 'kafka', registry: 'registry' };
const STARTUP_TIMEOUT_MS = 120_000;

/** Fills in the defaults. Throws UserError for what cannot work, before anything is started. */
export function resolveOptions(options: KafkaPlatformOptions): ResolvedOptions {
  const { network = null, startupTimeoutMs = STARTUP_TIMEOUT_MS, onLog = () => {} } = options;
  const images = { ...IMAGES, ...options.images };
  const aliases = { ...ALIASES, ...options.aliases };
  const environment = { kafka: { ...options.environment?.kafka }, registry: { ...options.environment?.registry } };
  for (const service of ['kafka', 'registry'] as const) {
    if (images[service] === '') throw wrong(`images.${service} is empty`);
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(aliases[service]))
      throw wrong(`aliases.${service}: '${aliases[service]}' is not a host name`);
    for (const name of Object.keys(environment[service])) checkVariable(service, name);
  }
  if (aliases.kafka === aliases.registry) throw wrong(`aliases: '${aliases.kafka}' names both services`);
  if (!(startupTimeoutMs > 0 && Number.isFinite(startupTimeoutMs))) throw wrong(`startupTimeoutMs: ${startupTimeoutMs} is not a time`);
  return { images, environment, network, aliases, startupTimeoutMs, onLog };
}

function checkVariable(service: Service, name: string): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const hint = service === 'kafka' ? `For Kafka's setting ${name} say KAFKA_${name.toUpperCase().replaceAll(/\W/g, '_')}.` : undefined;
    throw wrong(`environment.${service}: '${name}' is not the name of an environment variable`, hint);
  }
  if (service === 'kafka' && (name in FIXED_KAFKA_ENVIRONMENT || name === 'KAFKA_ADVERTISED_LISTENERS')) {
    throw wrong(
      `environment.kafka: ${name} cannot be set`,
      'The platform sets it itself, so that clients outside and inside its network reach Kafka.',
    );
  }
}

function wrong(message: string, hint?: string): UserError {
  return new UserError(`KafkaPlatform: ${message}`, { exitCode: 2, ...(hint !== undefined && { hint }) });
}
