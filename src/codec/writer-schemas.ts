import { PoisonError, UndecodableError, UnknownSchemaError } from './errors.ts';
import type { Plans } from './prepared-plans.ts';

/** Schemas kept per decoder; a topic has a handful. */
const MAX_SCHEMAS = 1_000;
/** Look-ups under way at the same time. */
const MAX_LOOKUPS = 8;

/** Where schemas come from: the registry, or a fixed set in tests and drivers. */
export interface SchemaSource {
  /**
   * The Avro schema of an id. Rejects with UnknownSchemaError where there is none, UndecodableError where it is no schema to read Avro
   * by, and RegistryOutage where that cannot be said now.
   */
  schemaById(id: number): Promise<object>;
}

/** What a reader made of each writer's schema, by schema id: made once, ahead of the records, so that decoding itself never waits. */
export class WriterSchemas<Plan> {
  readonly #source: SchemaSource;
  readonly #plan: (schema: object) => Plan;
  /** In order of use by `prepare`, the oldest first. */
  readonly #plans = new Map<number, Plan | PoisonError>();

  /** `plan` makes of a writer's schema what decoding needs; what it throws makes every record of that schema undecodable. */
  constructor(source: SchemaSource, plan: (schema: object) => Plan) {
    this.#source = source;
    this.#plan = plan;
  }

  /** What is known now: the newest of all that was prepared. */
  get known(): Plans<Plan> {
    return this.#plans;
  }

  /** Loads these schemas. Rejects with RegistryOutage where that is not possible now; an unknown id shows when its plan is asked for. */
  async prepare(ids: ReadonlySet<number>): Promise<Plans<Plan>> {
    const prepared = new Map<number, Plan | PoisonError>();
    const wanted: number[] = [];
    for (const id of ids) {
      const known = this.#plans.get(id);
      // An unknown id is asked for again: it may be known by now. The registry client remembers its "no" for a while.
      if (known === undefined || known instanceof UnknownSchemaError) wanted.push(id);
      else this.#keep(id, known, prepared);
    }
    let next = 0;
    const work = async () => {
      while (next < wanted.length) {
        const id = wanted[next++]!;
        this.#keep(id, await this.#load(id), prepared);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_LOOKUPS, wanted.length) }, work));
    return prepared;
  }

  /** Remembers a plan as the newest; the oldest beyond the limit goes, unless the same call needs it. */
  #keep(id: number, plan: Plan | PoisonError, prepared: Map<number, Plan | PoisonError>): void {
    prepared.set(id, plan);
    this.#plans.delete(id);
    this.#plans.set(id, plan);
    if (this.#plans.size <= MAX_SCHEMAS) return;
    const [oldest] = this.#plans.keys();
    if (!prepared.has(oldest!)) this.#plans.delete(oldest!);
  }

  async #load(id: number): Promise<Plan | PoisonError> {
    try {
      const schema = await this.#source.schemaById(id);
      try {
        return this.#plan(schema);
      } catch (error) {
        return new UndecodableError(
          `the schema with id ${id} cannot be read as this topic's: ${error instanceof Error ? error.message : error}`,
        );
      }
    } catch (error) {
      if (error instanceof PoisonError) return error;
      throw error;
    }
  }
}
