import { kafkaIsReady } from '../platform/probe-kafka.ts';
import { advertisedListeners, FIXED_KAFKA_ENVIRONMENT, KAFKA_ENVIRONMENT, MAPPED_PORT, NETWORK_PORT } from './kafka-environment.ts';
import { type Launch, ServiceContainer } from './service-container.ts';

/** Written into the running container once its mapped port is known, which Kafka has to advertise. */
const START_SCRIPT = '/tmp/start-kafka';
const PROBE_TIMEOUT_MS = 2_000;

/** Where Kafka is. */
export interface KafkaAddresses {
  /** host:port for this machine. */
  readonly broker: string;
  /** host:port for containers of the network. */
  readonly brokerInNetwork: string;
}

/** Starts the broker and waits until it has joined its cluster of one: topics can be created then. Throws UserError where that fails. */
export async function startKafka(launch: Launch): Promise<KafkaAddresses> {
  const { testcontainers, options } = launch;
  const definition = new testcontainers.GenericContainer(options.images.kafka)
    .withExposedPorts(MAPPED_PORT)
    .withEnvironment({ ...KAFKA_ENVIRONMENT, ...options.environment.kafka, ...FIXED_KAFKA_ENVIRONMENT })
    .withEntrypoint(['sh'])
    .withCommand(['-c', `while [ ! -s ${START_SCRIPT} ]; do sleep 0.1; done; exec sh ${START_SCRIPT}`]);
  const service = await ServiceContainer.start('kafka', definition, launch);
  const broker = service.address(MAPPED_PORT);
  const brokerInNetwork = `${options.aliases.kafka}:${NETWORK_PORT}`;
  const content = `export KAFKA_ADVERTISED_LISTENERS=${advertisedListeners(broker, brokerInNetwork)}\nexec /etc/kafka/docker/run\n`;
  await service.container.copyContentToContainer([{ target: START_SCRIPT, content }]);
  await service.untilItAnswers(() => kafkaIsReady(broker, PROBE_TIMEOUT_MS));
  return { broker, brokerInNetwork };
}
