import type { Service } from './types.ts';

/** The images of a platform in containers; docker-compose.yml names the same ones. */
export const IMAGES: Readonly<Record<Service, string>> = {
  kafka: 'apache/kafka:4.4.0',
  registry: 'apicurio/apicurio-registry:3.3.3',
};
