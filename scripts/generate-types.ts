/**
 * Writes src/codec/generated/records.ts from schemas/*.avsc: one interface a record, and the schemas themselves, so that an installed
 * package looks up no file. `--check` writes nothing and exits 1 where that file is not current.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/paths.ts';

type AvroType = string | AvroType[] | AvroObject;

interface AvroObject {
  readonly type: AvroType;
  readonly items?: AvroType;
  readonly name?: string;
  readonly doc?: string;
  readonly fields?: readonly AvroField[];
}

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
}

/** Interfaces by record name, each with the Avro definition that it was made from. */
type Interfaces = Map<string, { readonly definition: string; readonly text: string }>;

const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  string: 'string',
  bytes: 'Buffer',
};

const HEADER = `// Generated from schemas/*.avsc by \`npm run types\`. Do not edit: change the schema and run that again.
`;

/** The text of the generated module. Throws where a schema is not what the generator knows, naming the file. */
export function generateRecords(schemaFolder: string): string {
  const interfaces: Interfaces = new Map();
  const schemas: { subject: string; record: string; text: string }[] = [];
  for (const file of readdirSync(schemaFolder).sort()) {
    if (!file.endsWith('.avsc')) continue;
    try {
      const schema = JSON.parse(readFileSync(join(schemaFolder, file), 'utf8')) as AvroObject;
      const record = typeOf(schema, interfaces);
      schemas.push({ subject: file.slice(0, -'.avsc'.length), record, text: JSON.stringify(schema, null, 2) });
    } catch (error) {
      throw new Error(`schemas/${file}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const named = (write: (entry: (typeof schemas)[number]) => string) => schemas.map(write).join('\n');
  return [
    HEADER,
    ...Array.from(interfaces.values(), ({ text }) => text),
    `/** The record of every schema, by the schema's name: its file in schemas/ without the ending. */
export interface Records {
${named(({ subject, record }) => `  '${subject}': ${record};`)}
}
`,
    `/** Name of a schema: its file in schemas/ without the ending. */
export type SchemaName = keyof Records;
`,
    `/** An Avro record schema, as the registry takes it. */
export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly doc: string;
  readonly fields: readonly { readonly name: string; readonly type: unknown; readonly default?: unknown; readonly doc?: string }[];
}
`,
    `/** Every schema of schemas/, docs included. */
export const schemas: { readonly [name in SchemaName]: RecordSchema } = {
${named(({ subject, text }) => `  '${subject}': ${text.replaceAll('\n', '\n  ')},`)}
};
`,
  ].join('\n');
}

/** The TypeScript type of an Avro type; records met on the way are added to `interfaces`. */
function typeOf(type: AvroType, interfaces: Interfaces): string {
  if (Array.isArray(type)) {
    const branches = type.map((branch) => typeOf(branch, interfaces));
    return [...branches.filter((branch) => branch !== 'null'), ...branches.filter((branch) => branch === 'null')].join(' | ');
  }
  if (typeof type === 'string') {
    const primitive = PRIMITIVES[type];
    if (primitive === undefined) throw new Error(`type ${JSON.stringify(type)} is not one the generator knows`);
    return primitive;
  }
  if (type.type === 'record') return recordOf(type, interfaces);
  if (type.type === 'array') {
    const items = typeOf(type.items!, interfaces);
    return items.includes('|') ? `(${items})[]` : `${items}[]`;
  }
  return typeOf(type.type, interfaces);
}

function recordOf(record: AvroObject, interfaces: Interfaces): string {
  const name = record.name!;
  const fields = record.fields!.map((field) => `${docOf(field, name, '  ')}  ${field.name}: ${typeOf(field.type, interfaces)};\n`);
  const text = `${docOf(record, name, '')}export interface ${name} {\n${fields.join('')}}\n`;
  const definition = JSON.stringify(record);
  const known = interfaces.get(name);
  if (known !== undefined && known.definition !== definition) throw new Error(`record ${name} is defined otherwise in another schema`);
  interfaces.set(name, { definition, text });
  return name;
}

function docOf(element: { name?: string; doc?: string }, record: string, indent: string): string {
  if (!element.doc) throw new Error(`${record}${element.name === record ? '' : `.${element.name}`} has no doc`);
  return `${indent}/** ${element.doc} */\n`;
}

function main(args: readonly string[]): void {
  const file = join(packageRoot, 'src', 'codec', 'generated', 'records.ts');
  const text = generateRecords(join(packageRoot, 'schemas'));
  if (!args.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (readOrEmpty(file) !== text) {
    console.error('src/codec/generated/records.ts is not current with schemas/*.avsc: run `npm run types` and commit the result.');
    process.exitCode = 1;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
