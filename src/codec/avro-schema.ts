/** Types without parts. */
const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
type PrimitiveKind = (typeof PRIMITIVES)[number];

export interface AvroPrimitive {
  readonly kind: PrimitiveKind;
  /** What its values mean, e.g. timestamp-millis; null where it is nothing but the type. */
  readonly logicalType: string | null;
}

/** What a record, an enum and a fixed have in common. */
interface AvroNamed {
  /** With its namespace. */
  readonly name: string;
  /** Full names that it had. */
  readonly aliases: readonly string[];
}

export interface AvroField {
  readonly name: string;
  /** Names that it had. */
  readonly aliases: readonly string[];
  readonly type: AvroSchema;
  readonly hasDefault: boolean;
  /** As it stands in the schema; undefined where there is none. */
  readonly default: unknown;
  /** Empty where there is none. */
  readonly doc: string;
}

export interface AvroRecord extends AvroNamed {
  readonly kind: 'record';
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends AvroNamed {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  /** What a reader makes of a symbol that it does not have; null: nothing. */
  readonly default: string | null;
}

export interface AvroFixed extends AvroNamed {
  readonly kind: 'fixed';
  /** Bytes. */
  readonly size: number;
  readonly logicalType: string | null;
}

export interface AvroArray {
  readonly kind: 'array';
  readonly items: AvroSchema;
}

export interface AvroMap {
  readonly kind: 'map';
  readonly values: AvroSchema;
}

export interface AvroUnion {
  readonly kind: 'union';
  readonly branches: readonly AvroSchema[];
}

/** A schema to compare: names stand for the definitions themselves, so that a recursive one has no end. */
export type AvroSchema = AvroPrimitive | AvroRecord | AvroEnum | AvroFixed | AvroArray | AvroMap | AvroUnion;

/** Parses a schema that avsc takes. Throws an Error that says what is wrong with any other, if it is seen here. */
export function parseAvroSchema(schema: unknown): AvroSchema {
  return new Parser().parse(schema, '');
}

/** A type in words: `long (timestamp-millis)`, `null | double`, `array of record arbitrex.RecordHeader`. */
export function typeText(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'record':
      return `record ${schema.name}`;
    case 'enum':
      return `enum ${schema.name} (${schema.symbols.join(', ')}${schema.default === null ? '' : `; default ${schema.default}`})`;
    case 'fixed':
      return `fixed ${schema.name} of ${schema.size} bytes`;
    case 'array':
      return `array of ${typeText(schema.items)}`;
    case 'map':
      return `map of ${typeText(schema.values)}`;
    case 'union':
      return schema.branches.map(typeText).join(' | ');
    default:
      return schema.logicalType === null ? schema.kind : `${schema.kind} (${schema.logicalType})`;
  }
}

/** A name without its namespace. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A schema as JSON has it. */
interface Definition {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly aliases?: readonly string[];
  readonly doc?: unknown;
  readonly fields?: readonly Definition[];
  readonly symbols?: readonly string[];
  readonly size?: number;
  readonly items?: unknown;
  readonly values?: unknown;
  readonly default?: unknown;
  readonly logicalType?: unknown;
}

class Parser {
  readonly #named = new Map<string, AvroSchema>();

  parse(schema: unknown, namespace: string): AvroSchema {
    if (typeof schema === 'string') return this.#reference(schema, namespace, null);
    if (Array.isArray(schema)) return { kind: 'union', branches: schema.map((branch) => this.parse(branch, namespace)) };
    if (typeof schema !== 'object' || schema === null) throw new Error(`${JSON.stringify(schema)} is no type`);
    const definition = schema as Definition;
    const { type } = definition;
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(definition, namespace);
      case 'enum':
        return this.#define(definition, namespace, (named) => ({
          kind: 'enum',
          ...named,
          symbols: definition.symbols ?? [],
          default: typeof definition.default === 'string' ? definition.default : null,
        }));
      case 'fixed':
        return this.#define(definition, namespace, (named) => ({
          kind: 'fixed',
          ...named,
          size: definition.size ?? 0,
          logicalType: logicalTypeOf(definition),
        }));
      case 'array':
        return { kind: 'array', items: this.parse(definition.items, namespace) };
      case 'map':
        return { kind: 'map', values: this.parse(definition.values, namespace) };
      default:
        return typeof type === 'string' ? this.#reference(type, namespace, logicalTypeOf(definition)) : this.parse(type, namespace);
    }
  }

  #record(definition: Definition, namespace: string): AvroRecord {
    const fields: AvroField[] = [];
    const record = this.#define(definition, namespace, (named): AvroRecord => ({ kind: 'record', ...named, fields }));
    // Its name is known by now: a field may be of the record itself.
    const inner = namespaceOf(record.name);
    for (const field of definition.fields ?? []) {
      fields.push({
        name: String(field.name),
        aliases: field.aliases ?? [],
        type: this.parse(field.type, inner),
        hasDefault: field.default !== undefined,
        default: field.default,
        doc: typeof field.doc === 'string' ? field.doc : '',
      });
    }
    return record;
  }

  #define<Named extends AvroSchema>(definition: Definition, enclosing: string, make: (named: AvroNamed) => Named): Named {
    const given = typeof definition.namespace === 'string' ? definition.namespace : enclosing;
    const name = qualified(String(definition.name), given);
    if (this.#named.has(name)) throw new Error(`${name} is defined twice`);
    const made = make({ name, aliases: (definition.aliases ?? []).map((alias) => qualified(alias, namespaceOf(name))) });
    this.#named.set(name, made);
    return made;
  }

  #reference(name: string, namespace: string, logicalType: string | null): AvroSchema {
    if ((PRIMITIVES as readonly string[]).includes(name)) return { kind: name as PrimitiveKind, logicalType };
    const found = this.#named.get(qualified(name, namespace));
    if (found === undefined) throw new Error(`there is no type ${name}`);
    return found;
  }
}

function logicalTypeOf({ logicalType }: Definition): string | null {
  return typeof logicalType === 'string' ? logicalType : null;
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}
