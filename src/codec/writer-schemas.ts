import { PoisonError, UndecodableError, UnknownSchemaError } from './errors.ts';

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
  #lastId = -1;
  #lastPlan: Plan | undefined;

  /** `plan` makes of a writer's schema what decoding needs; what it throws makes every record of that schema undecodable. */
  constructor(source: SchemaSource, plan: (schema: object) => Plan) {
    this.#source = source;
    this.#plan = plan;
  }

  /** Loads these schemas. Rejects with RegistryOutage where that is not possible now; an unknown id shows at `planOf` only. */
  async prepare(ids: ReadonlySet<number>): Promise<void> {
    const wanted = this.#missing(ids);
    if (wanted.length === 0) return;
    let next = 0;
    const work = async () => {
      while (next < wanted.length) {
        const id = wanted[next++]!;
        this.#plans.set(id, await this.#load(id));
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_LOOKUPS, wanted.length) }, work));
  }

  /** The plan for values of a prepared schema. Throws the PoisonError of a schema that has none. */
  planOf(id: number): Plan {
    if (id === this.#lastId && this.#lastPlan !== undefined) return this.#lastPlan;
    const plan = this.#plans.get(id);
    if (plan === undefined) throw new Error(`schema id ${id} was not prepared`);
    if (plan instanceof PoisonError) throw plan;
    this.#lastId = id;
    this.#lastPlan = plan;
    return plan;
  }

  /** Those of `ids` to load; what is known already becomes the newest, and the oldest beyond the limit go. */
  #missing(ids: ReadonlySet<number>): number[] {
    const wanted: number[] = [];
    for (const id of ids) {
      const known = this.#plans.get(id);
      this.#plans.delete(id);
      // An unknown id is asked for again: it may be known by now. The registry client remembers its "no" for a while.
      if (known === undefined || known instanceof UnknownSchemaError) wanted.push(id);
      else this.#plans.set(id, known);
    }
    // All that this call needs is newer than all that may go, so that one call never drops what it just loaded.
    for (const id of this.#plans.keys()) {
      if (this.#plans.size + wanted.length <= MAX_SCHEMAS || ids.has(id)) break;
      this.#plans.delete(id);
    }
    return wanted;
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
