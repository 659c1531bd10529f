/**
 * `arbitrex/testcontainers`: Kafka and a schema registry in Docker, for integration tests. Needs the package testcontainers, which arbitrex itself
 * does not.
 */
export { KafkaPlatform } from './kafka-platform.ts';
export type { KafkaPlatformOptions } from './options.ts';
