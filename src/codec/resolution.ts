import avro from 'avsc';
import { avroType, type TypeHook } from './avro-type.ts';
import { asPoison } from './errors.ts';
import type { AvroReader } from './reader.ts';

/** What avsc's resolvers do inside: read a record of the writer's schema as one of the reader's. */
export interface Resolver {
  _read(reader: AvroReader): unknown;
}

/** The parts of avsc's types that resolution is made of. */
interface Part extends avro.Type {
  _skip(reader: AvroReader): void;
  _update(resolver: EnumResolver, writer: avro.Type, options: object): void;
}

interface EnumResolver {
  readonly _read: unknown;
  symbols: readonly (string | undefined)[];
}

/** The fields that a record begins with, each with its type as Avro writes it: `long`, `["null","double"]`. */
export type Layout = readonly (readonly [name: string, type: string | readonly string[]])[];

/**
 * The type of a reader's schema. Beyond avsc's, a symbol that its enum does not have and has no default for is refused where a record has
 * it, as Avro says, and not with the whole schema. Throws where the schema is none.
 */
export function readerType(schema: object): avro.Type {
  return avroType(schema, 'finite', namedOrUnion({ enum: enumOfReader }));
}

/**
 * The type of a writer's schema, to read its records with. Beyond avsc's, a branch of its unions that the reader does not have is refused
 * where a record has it, as Avro says, and its defaults, which say nothing about its records, may be wrong. Throws where the schema is none.
 */
export function writerType(schema: object): avro.Type {
  const bare = JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === 'default' ? undefined : value))) as object;
  return avroType(bare, 'finite', namedOrUnion({ union: unionOfWriter }));
}

/** Reads records of the writer's type as the reader's. Throws where no record can be read so, saying why. */
export function resolve(reader: avro.Type, writer: avro.Type): Resolver {
  // Named types go by the name without its namespace, as Avro says.
  const create = reader.createResolver as unknown as (this: avro.Type, writer: avro.Type, options: object) => Resolver;
  return create.call(reader, writer, { ignoreNamespaces: true });
}

/**
 * Passes over what follows these fields in records of the writer's type, throwing UndecodableError and nothing else for any bytes. Null where
 * the records do not begin with them.
 */
export function skipAfter(layout: Layout, writer: avro.Type): ((reader: AvroReader) => void) | null {
  const fields = (writer as Partial<avro.types.RecordType>).fields ?? [];
  const begins = layout.every(([name, type], i) => fields[i]?.name === name && sameSchema(fields[i].type, type));
  if (!begins) return null;
  const rest = fields.slice(layout.length).map(({ type }) => type as unknown as Part);
  return (reader) => {
    try {
      for (const type of rest) type._skip(reader);
    } catch (error) {
      throw asPoison(error);
    }
  };
}

function sameSchema(type: avro.Type, schema: string | readonly string[]): boolean {
  return JSON.stringify(type.schema()) === JSON.stringify(schema);
}

/** A hook that changes enums or unions after avsc has made them. */
function namedOrUnion(change: { enum?: (type: Part) => avro.Type; union?: (type: Part) => avro.Type }): TypeHook {
  const made = new Set<unknown>();
  return (part, options) => {
    const changed = Array.isArray(part) ? change.union : (part as { type?: unknown }).type === 'enum' ? change.enum : undefined;
    if (changed === undefined || made.has(part)) return undefined;
    made.add(part);
    const type = changed(avro.Type.forSchema(part, options) as Part);
    // By its name it is referred to further on.
    if (type.name !== undefined) options.registry![type.name] = type;
    return type;
  };
}

function enumOfReader(type: Part): avro.Type {
  const { symbols, default: fallback } = type as unknown as { symbols: readonly string[]; default?: string };
  const known = new Set(symbols);
  const _update: Part['_update'] = (resolver, writer, options) => {
    const written = (writer as avro.types.EnumType).symbols ?? [];
    type._update(resolver, Object.create(writer, { symbols: { value: written.filter((symbol) => known.has(symbol)) } }), options);
    if (resolver._read !== null) resolver.symbols = written.map((symbol) => (known.has(symbol) ? symbol : fallback));
  };
  return Object.create(type, { _update: { value: _update } }) as avro.Type;
}

function unionOfWriter(type: Part): avro.Type {
  const branches = [...(type as unknown as avro.types.UnwrappedUnionType).types] as Part[];
  const _skip = (reader: AvroReader): void => {
    const index = reader.readLong();
    const branch = branches[index];
    if (branch === undefined) throw new Error(`invalid union index: ${index}`);
    branch._skip(reader);
  };
  return Object.create(type, { types: { value: new WriterBranches(...branches) }, _skip: { value: _skip } }) as avro.Type;
}

/** The branches of a writer's union. avsc makes a resolver of each by `map`; one that cannot be made refuses where it is used, if any can. */
class WriterBranches extends Array<avro.Type> {
  override map<T>(resolverOf: (branch: avro.Type, index: number, all: avro.Type[]) => T, self?: unknown): T[] {
    const errors: unknown[] = [];
    const resolvers = Array.from(this, (branch, index) => {
      try {
        return resolverOf.call(self, branch, index, this);
      } catch (error) {
        errors.push(error);
        const _read = (): never => {
          throw error;
        };
        return { _read } as T;
      }
    });
    if (errors.length === this.length) throw errors[0];
    return resolvers;
  }
}
