import { Agent } from 'node:https';
import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { Rest } from './rest.ts';

/** Goes before every message of the client. */
const CLIENT_ID = 'arbitrex';

/** What became of a registration: the schema's id, or what the client made of the refusal. */
export type Registration =
  | { readonly id: number }
  | {
      /** As the registry answered; 400 also where it could not be reached; null where the client itself refused the schema. */
      readonly status: number | null;
      readonly message: string;
    };

/**
 * Registers schemas through the registry client of kafkajs, which checks that a schema is Avro before it is sent. Nothing else goes through
 * it: its errors do not say whether the registry refused or was out of reach, so everything that must know asks by Rest.
 */
export class RegistryClient {
  readonly #rest: Rest;
  #client: Promise<SchemaRegistry> | undefined;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** `level` is the one set on the subject, null where none is: the client compares it, and is told not to set any. */
  async register(subject: string, schema: object, level: string | null): Promise<Registration> {
    this.#client ??= createClient(this.#rest);
    const client = await this.#client;
    type Options = NonNullable<Parameters<SchemaRegistry['register']>[1]>;
    const options = { subject, updateConfig: false, ...(level !== null && { compatibility: level }) } as Options;
    try {
      const { id } = await client.register(schema as Parameters<SchemaRegistry['register']>[0], options);
      return { id };
    } catch (error) {
      const { status = null, message } = error as Error & { status?: number };
      return { status, message: message.replace(`${CLIENT_ID} - `, '') };
    }
  }
}

/** Loaded where it is used: the client brings protobuf and JSON Schema with it, 80 ms of start-up. */
async function createClient({ shownUrl, authorization, ca, timeoutMs }: Rest): Promise<SchemaRegistry> {
  const { SchemaRegistry } = await import('@kafkajs/confluent-schema-registry');
  const headers = authorization === null ? {} : { authorization };
  return new SchemaRegistry({
    host: shownUrl,
    clientId: CLIENT_ID,
    // Whoever calls decides whether to try again.
    retry: { retries: 0 },
    ...(ca !== undefined && { agent: new Agent({ ca }) }),
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ headers, timeout: timeoutMs }) })],
  });
}
