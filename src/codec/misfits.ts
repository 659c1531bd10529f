import { type AvroEnum, type AvroFixed, type AvroRecord, type AvroSchema, type AvroUnion, shortName, typeText } from './avro-schema.ts';

/** One place where records of the writer's schema cannot be read by the reader's. */
export interface Misfit {
  /** `Tick.bid`, `CleanState.series[].open[].slot`; `[]` are the items of an array, `{}` the values of a map. */
  readonly path: string;
  /** Why, as a clause that names both sides. */
  readonly reason: string;
}

/** What the sentences call the two schemas, e.g. `the schema` and `version 3`. */
export interface Sides {
  readonly reader: string;
  readonly writer: string;
}

/** A person reads these: more of them say nothing more. */
const MAX_MISFITS = 50;
/** What else a type can be read as, by the type written. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

/**
 * Why records written with `writer` cannot all be read with `reader`, by Avro's rules of schema resolution; empty where they can. Stricter than the
 * specification in two points: names are compared with their namespace, since readers of other languages may do so (ours do not: resolution.ts), and a
 * reader's field must not find two of its names in the writer.
 */
export function misfits(reader: AvroSchema, writer: AvroSchema, sides: Sides): readonly Misfit[] {
  const root = reader.kind === 'record' ? shortName(reader.name) : 'value';
  return new Resolution(sides).compare(reader, writer).map(({ path, reason }) => ({ path: root + path, reason }));
}

/** Paths inside are relative to what is compared: a pair of records is compared once, wherever it stands. */
class Resolution {
  readonly #sides: Sides;
  /** Pairs being compared further up: a recursive schema fits if nothing else speaks against it. */
  readonly #underWay = new Set<string>();
  /** Pairs that fit, given that those under way do. */
  #fitting = new Set<string>();
  readonly #failing = new Map<string, readonly Misfit[]>();

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** `isBranch`: the writer has other types to choose from. */
  compare(reader: AvroSchema, writer: AvroSchema, isBranch = false): readonly Misfit[] {
    if (writer.kind === 'union') return limited(writer.branches.flatMap((branch) => this.compare(reader, branch, true)));
    if (reader.kind === 'union') return this.#compareBranches(reader, writer, isBranch);
    if (reader.kind === 'record' && writer.kind === 'record') return this.#compareRecords(reader, writer);
    if (reader.kind === 'enum' && writer.kind === 'enum') return this.#compareEnums(reader, writer);
    if (reader.kind === 'fixed' && writer.kind === 'fixed') return this.#compareFixed(reader, writer);
    if (reader.kind === 'array' && writer.kind === 'array') return below('[]', this.compare(reader.items, writer.items));
    if (reader.kind === 'map' && writer.kind === 'map') return below('{}', this.compare(reader.values, writer.values));
    if (reader.kind === writer.kind || PROMOTIONS[writer.kind]?.includes(reader.kind)) return [];
    return this.#misfit(
      `${this.#sides.writer} ${writing(isBranch)} ${typeText(writer)}, which ${this.#sides.reader} cannot read as ${typeText(reader)}`,
    );
  }

  /** The reader takes the first of its branches that fits. */
  #compareBranches(reader: AvroUnion, writer: Exclude<AvroSchema, AvroUnion>, isBranch: boolean): readonly Misfit[] {
    let closest: readonly Misfit[] | null = null;
    for (const branch of reader.branches) {
      const found = this.compare(branch, writer, isBranch);
      if (found.length === 0) return [];
      // Why a branch that is meant for it does not take it says more than that none does.
      if (isMeantFor(branch, writer)) closest ??= found;
    }
    return (
      closest ??
      this.#misfit(
        `${this.#sides.writer} ${writing(isBranch)} ${typeText(writer)}, which no branch of ${typeText(reader)} takes in ${this.#sides.reader}`,
      )
    );
  }

  #compareRecords(reader: AvroRecord, writer: AvroRecord): readonly Misfit[] {
    const pair = `${reader.name} ${writer.name}`;
    if (this.#underWay.has(pair) || this.#fitting.has(pair)) return [];
    const known = this.#failing.get(pair);
    if (known !== undefined) return known;
    const fittingBefore = new Set(this.#fitting);
    this.#underWay.add(pair);
    const found = limited([...this.#compareNames(reader, writer), ...this.#compareFields(reader, writer)]);
    this.#underWay.delete(pair);
    if (found.length === 0) this.#fitting.add(pair);
    else {
      // What was found to fit meanwhile may have counted on this pair.
      this.#fitting = fittingBefore;
      this.#failing.set(pair, found);
    }
    return found;
  }

  #compareFields(reader: AvroRecord, writer: AvroRecord): readonly Misfit[] {
    const written = new Map(writer.fields.map((field) => [field.name, field]));
    return reader.fields.flatMap((field) => {
      const names = [...new Set([field.name, ...field.aliases])].filter((name) => written.has(name));
      const path = `.${field.name}`;
      if (names.length > 1) {
        return below(
          path,
          this.#misfit(`${this.#sides.reader} reads it from ${names.join(' or ')}, and ${this.#sides.writer} writes them all`),
        );
      }
      if (names.length === 1) return below(path, this.compare(field.type, written.get(names[0]!)!.type));
      if (field.hasDefault) return [];
      return below(
        path,
        this.#misfit(`${this.#sides.reader} needs it, for it has no default there, and ${this.#sides.writer} does not write it`),
      );
    });
  }

  #compareEnums(reader: AvroEnum, writer: AvroEnum): readonly Misfit[] {
    const unknown = reader.default !== null ? [] : writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
    if (unknown.length === 0) return this.#compareNames(reader, writer);
    const which = `${unknown.length === 1 ? 'the symbol' : 'the symbols'} ${unknown.join(', ')}`;
    return [
      ...this.#compareNames(reader, writer),
      ...this.#misfit(
        `${this.#sides.writer} may write ${which}, which enum ${reader.name} of ${this.#sides.reader} does not have, nor a default`,
      ),
    ];
  }

  #compareFixed(reader: AvroFixed, writer: AvroFixed): readonly Misfit[] {
    if (reader.size === writer.size) return this.#compareNames(reader, writer);
    return this.#misfit(`${this.#sides.writer} writes ${writer.size} bytes, ${this.#sides.reader} reads ${reader.size}`);
  }

  #compareNames(reader: AvroRecord | AvroEnum | AvroFixed, writer: AvroRecord | AvroEnum | AvroFixed): readonly Misfit[] {
    if (isNamed(reader, writer.name)) return [];
    const [writes, reads] = [`${writer.kind} ${writer.name}`, `${reader.kind} ${reader.name}`];
    return this.#misfit(`${this.#sides.writer} writes ${writes}, ${this.#sides.reader} reads ${reads}, which has no alias of that name`);
  }

  #misfit(reason: string): readonly Misfit[] {
    return [{ path: '', reason }];
  }
}

function writing(isBranch: boolean): string {
  return isBranch ? 'may write' : 'writes';
}

function isNamed(reader: AvroRecord | AvroEnum | AvroFixed, name: string): boolean {
  return reader.name === name || reader.aliases.includes(name);
}

/** Whether a reader's branch is the one that a person would expect to take what is written. */
function isMeantFor(branch: AvroSchema, writer: AvroSchema): boolean {
  if (branch.kind !== writer.kind) return false;
  return !('name' in branch && 'name' in writer) || isNamed(branch, writer.name);
}

function below(path: string, found: readonly Misfit[]): readonly Misfit[] {
  return found.map((misfit) => ({ path: path + misfit.path, reason: misfit.reason }));
}

function limited(found: readonly Misfit[]): readonly Misfit[] {
  return found.slice(0, MAX_MISFITS);
}
