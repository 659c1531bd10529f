import { kafkaIsReady } from '../platform/probe-kafka.ts';
import { advertisedListeners, FIXED_KAFKA_ENVIRONMENT, KAFKA_ENVIRONMENT, MAPPED_PORT, NETWORK_PORT } from './kafka-environment.ts';
import { type Addresses, type Launch, ServiceContainer } from './service-container.ts';

/** Written into the running container once its mapped port is known, which Kafka has to advertise. */
const START_SCRIPT = '/tmp/start-kafka';
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Starts the broker and waits until it has joined its cluster of one: topics can be created then. Throws UserError where that fails.
 * @returns host:port
 */
export async function startKafka(launch: Launch): Promise<Addresses> {
  const { testcontainers, options } = launch;
  const definition = new testcontainers.GenericContainer(options.images.kafka)
    .withExposedPorts(MAPPED_PORT)
    .withEnvironment({ ...KAFKA_ENVIRONMENT, ...options.environment.kafka, ...FIXED_KAFKA_ENVIRONMENT })
    .withEntrypoint(['sh'])
    .withCommand(['-c', `while [ ! -s ${START_SCRIPT} ]; do sleep 0.1; done; exec sh ${START_SCRIPT}`]);
  const service = await ServiceContainer.start('kafka', definition, launch);
  const outside = service.address(MAPPED_PORT);
  const inNetwork = `${options.aliases.kafka}:${NETWORK_PORT}`;
  const content = `export KAFKA_ADVERTISED_LISTENERS=${advertisedListeners(outside, inNetwork)}\nexec /etc/kafka/docker/run\n`;
  await service.container.copyContentToContainer([{ target: START_SCRIPT, content }]);
  await service.untilItAnswers(() => kafkaIsReady(outside, PROBE_TIMEOUT_MS));
  return { outside, inNetwork };
}
