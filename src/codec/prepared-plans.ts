import type { InputRecords } from '../runtime/ports.ts';
import { PoisonError } from './errors.ts';

/** What decoding needs of writers' schemas, by schema id; a PoisonError for those that cannot be read. */
export type Plans<Plan> = ReadonlyMap<number, Plan | PoisonError>;

/**
 * Plans for the values of a batch of records, theirs whatever is prepared for others, or forgotten, before the last of them is decoded.
 * Records that were not prepared are read by what is known of all schemas.
 */
export class PlansByRecords<Plan> {
  readonly #known: Plans<Plan>;
  readonly #prepared = new WeakMap<InputRecords, Plans<Plan>>();
  #records: InputRecords | null = null;
  #plans: Plans<Plan>;
  #lastId = -1;
  #lastPlan: Plan | undefined;

  constructor(known: Plans<Plan>) {
    this.#known = known;
    this.#plans = known;
  }

  /** These records have been prepared. */
  set(records: InputRecords, plans: Plans<Plan>): void {
    this.#prepared.set(records, plans);
    this.#records = null;
  }

  /** The plan for values of a schema among these records. Throws the PoisonError of one that has none, an Error for one that was not prepared. */
  planOf(records: InputRecords, id: number): Plan {
    if (records !== this.#records) {
      this.#records = records;
      this.#plans = this.#prepared.get(records) ?? this.#known;
      this.#lastId = -1;
    }
    if (id === this.#lastId) return this.#lastPlan!;
    this.#lastPlan = planIn(this.#plans, id);
    this.#lastId = id;
    return this.#lastPlan;
  }
}

/** The plan of a schema. Throws the PoisonError of one that has none, an Error where it was not prepared. */
export function planIn<Plan>(plans: Plans<Plan>, id: number): Plan {
  const plan = plans.get(id);
  if (plan === undefined) throw new Error(`schema id ${id} was not prepared`);
  if (plan instanceof PoisonError) throw plan;
  return plan;
}
