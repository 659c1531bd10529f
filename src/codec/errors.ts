/** Why a record can never be read, however often it is tried: a dead-letter reason. */
export type PoisonReason = 'UNDECODABLE' | 'UNKNOWN_SCHEMA';

/** A record that can never be read: it goes to the dead letters, and its partition goes on. */
export abstract class PoisonError extends Error {
  abstract readonly reason: PoisonReason;
}

/** Bytes that are no record of a schema that the reader understands; the message says why. */
export class UndecodableError extends PoisonError {
  override readonly name = 'UndecodableError';
  readonly reason = 'UNDECODABLE';
}

/** What a decoder threw, as the poison it is: whatever else avsc throws (no such branch, a depth beyond the stack) is of the bytes' making too. */
export function asPoison(error: unknown): PoisonError {
  return error instanceof PoisonError ? error : new UndecodableError(error instanceof Error ? error.message : String(error));
}

/** A schema id that the registry answered, in so many words, it does not know. */
export class UnknownSchemaError extends PoisonError {
  override readonly name = 'UnknownSchemaError';
  readonly reason = 'UNKNOWN_SCHEMA';
  readonly schemaId: number;

  constructor(schemaId: number, registryUrl: string) {
    super(`schema id ${schemaId} is not known to the registry at ${registryUrl}`);
    this.schemaId = schemaId;
  }
}

/** The registry cannot answer now (refused connection, time-out, 429, 5xx): says nothing about any record; try again later. */
export class RegistryOutage extends Error {
  override readonly name = 'RegistryOutage';
}
