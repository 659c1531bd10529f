import { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import { type DeadLetter, schemas, type Tick } from '../codec/generated/records.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';

/** Reads the tick inside a dead letter, where its bytes hold one. */
export class DeadLetterTicks {
  readonly #decoder: RecordDecoder<Tick>;

  constructor(registry: SchemaSource) {
    this.#decoder = new RecordDecoder(registry, schemas.tick);
  }

  /** The tick, null where the bytes are none. Rejects with RegistryOutage: try again later. */
  async tickOf({ value }: DeadLetter): Promise<Tick | null> {
    await this.#decoder.prepare([value]);
    try {
      return this.#decoder.decode(value);
    } catch (error) {
      if (error instanceof PoisonError) return null;
      throw error;
    }
  }
}
