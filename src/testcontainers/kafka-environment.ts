/** The environment of the broker's container, which its image turns into server.properties: one node that is broker and controller. */

/** Where it listens for clients outside its network; Docker maps it to a free port. */
export const MAPPED_PORT = 9092;

/** Where it listens for containers of its network. */
export const NETWORK_PORT = 19_092;

/** What addresses, and the one node's role, depend on. The addresses to be advertised are known only once the container has its mapped port. */
export const FIXED_KAFKA_ENVIRONMENT: Readonly<Record<string, string>> = {
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  KAFKA_LISTENERS: `HOST://:${MAPPED_PORT},INTERNAL://:${NETWORK_PORT},CONTROLLER://:9093`,
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'HOST:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
};

/** One node keeps one replica of everything, in few partitions, and a group need not wait for others to join; topics are never made by a typing error. */
export const KAFKA_ENVIRONMENT: Readonly<Record<string, string>> = {
  KAFKA_LOG_DIRS: '/var/lib/kafka/data',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '8',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '8',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_HEAP_OPTS: '-Xms256m -Xmx1g',
};

/** host:port that each listener tells its clients to come back to. */
export function advertisedListeners(outside: string, inside: string): string {
  return `HOST://${outside},INTERNAL://${inside}`;
}
