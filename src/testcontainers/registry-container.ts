import { registryAnswers } from '../platform/probe-registry.ts';
import { type Addresses, type Launch, ServiceContainer } from './service-container.ts';

const PORT = 8080;
/** Of Apicurio's Confluent API. */
const API_PATH = '/apis/ccompat/v7';
const PROBE_TIMEOUT_MS = 2_000;

/** It serves a few requests a test run: compiling for the long run would cost seconds of its start. */
const ENVIRONMENT = { JAVA_OPTS_APPEND: '-Xmx384m -XX:TieredStopAtLevel=1' };

/**
 * Starts the registry, with its schemas in memory, and waits until it lists its subjects. Throws UserError where that fails.
 * @returns base URLs of its Confluent API
 */
export async function startRegistry(launch: Launch): Promise<Addresses> {
  const { testcontainers, options } = launch;
  const definition = new testcontainers.GenericContainer(options.images.registry)
    .withExposedPorts(PORT)
    .withEnvironment({ ...ENVIRONMENT, ...options.environment.registry });
  const service = await ServiceContainer.start('registry', definition, launch);
  const outside = `http://${service.address(PORT)}${API_PATH}`;
  await service.untilItAnswers(() => registryAnswers(outside, PROBE_TIMEOUT_MS));
  return { outside, inNetwork: `http://${options.aliases.registry}:${PORT}${API_PATH}` };
}
