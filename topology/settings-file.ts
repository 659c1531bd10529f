import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { UserError } from '../src/errors.ts';
import { nearest } from './nearest.ts';
import type { FieldDoc } from './settings-schema.ts';

/** Where a value stands in the file. */
export type Path = readonly (string | number)[];

/** One thing wrong with the file: which key, and what about it. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/**
 * Parses and validates a settings file. `check` looks at what no single key can tell; it runs only when every key is right by itself.
 * Throws one UserError that names every problem as `file:line: key: what is wrong`. Source text is never quoted: it may hold a password.
 */
export function readSettingsFile<T extends z.ZodType>(
  text: string,
  fileName: string,
  schema: T,
  check: (value: z.output<T>) => Problem[],
): z.output<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw refused(
      fileName,
      document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        text: `not readable as YAML: ${firstLine(error.message)}`,
      })),
    );
  }
  const value = plainValue(document, fileName);
  const result = schema.safeParse(value);
  const problems = result.success ? check(result.data) : result.error.issues.flatMap((issue) => problemsOf(issue, schema, value));
  if (problems.length > 0) {
    throw refused(
      fileName,
      problems.map(({ path, message }) => ({
        line: lineOf(document, lines, path),
        text: path.length === 0 ? message : `${path.join('.')}: ${message}`,
      })),
    );
  }
  return (result as { data: z.output<T> }).data;
}

/** The file as plain values; an alias without its anchor shows only here. */
function plainValue(document: Document, fileName: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw refused(fileName, [{ line: null, text: `not readable as YAML: ${firstLine((error as Error).message)}` }]);
  }
}

function refused(fileName: string, problems: { line: number | null; text: string }[]): UserError {
  const ordered = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const rows = ordered.map(({ line, text }) => `${fileName}${line === null ? '' : `:${line}`}: ${text}`);
  return new UserError(rows.join('\n'), { exitCode: 2, hint: 'docs/settings.md explains every key' });
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

/** The line of the key at the path, or of the deepest part of the path that is in the file. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | null {
  let line: number | null = null;
  let node: unknown = document.contents;
  for (const part of path) {
    const key = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(part))?.key : undefined;
    const child = hasGet(node) ? node.get(part, true) : undefined;
    const at = rangeStart(key) ?? rangeStart(child);
    if (at === null) break;
    line = lines.linePos(at).line;
    node = child;
  }
  return line;
}

function hasGet(node: unknown): node is { get(key: unknown, keepScalar: true): unknown } {
  return typeof node === 'object' && node !== null && 'get' in node;
}

function rangeStart(node: unknown): number | null {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? null;
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
  }
  const doc = docAt(schema, path);
  const expected = doc?.expected ?? issue.message;
  const got = valueAt(value, path);
  if (got === undefined) return [{ path, message: `missing: expected ${expected}` }];
  const hidden = doc?.secret || (typeof got === 'object' && holdsSecret(schemaAt(schema, path)));
  return [{ path, message: hidden ? `expected ${expected}` : `expected ${expected}, got ${shown(got)}` }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === null ? `unknown key; known here: ${known.join(', ')}` : `unknown key; did you mean ${near}?`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, part) => (node as Record<string | number, unknown> | null | undefined)?.[part], value);
}

const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const json = (JSON.stringify(value) ?? String(value)).replaceAll(/\/\/[^/@"]*@/g, '//…@');
  return json.length <= SHOWN_CHARACTERS ? json : `${json.slice(0, SHOWN_CHARACTERS)}…`;
}

/** What the deepest key of the path that says so expects; a key under a secret one is secret. */
function docAt(schema: z.ZodType, path: Path): FieldDoc | null {
  let doc: FieldDoc | null = null;
  let secret = false;
  let node: z.ZodType | null = schema;
  for (const part of [null, ...path]) {
    if (part !== null && node !== null) node = childOf(unwrap(node), part);
    if (node === null) break;
    const found = docOf(node);
    secret ||= found?.secret ?? false;
    doc = found ?? doc;
  }
  return doc === null ? null : { ...doc, secret };
}

function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  const node = schemaAt(schema, path);
  const inner = node === null ? null : unwrap(node);
  if (inner instanceof z.ZodObject) return Object.keys(inner.shape);
  if (inner instanceof z.ZodRecord && inner.keyType instanceof z.ZodEnum) return inner.keyType.options.map(String);
  return [];
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | null {
  return path.reduce<z.ZodType | null>((node, part) => (node === null ? null : childOf(unwrap(node), part)), schema);
}

function holdsSecret(schema: z.ZodType | null): boolean {
  const node = schema === null ? null : unwrap(schema);
  if (!(node instanceof z.ZodObject)) return false;
  return Object.values(node.shape).some((child) => docOf(child as z.ZodType)?.secret === true || holdsSecret(child as z.ZodType));
}

/** The documentation of a schema node, whichever of its wrappers (default, optional, nullable) carries it. */
export function docOf(schema: z.ZodType): FieldDoc | null {
  for (let node: z.ZodType | null = schema; node !== null; node = wrapped(node)) {
    const doc = node.meta() as FieldDoc | undefined;
    if (doc?.expected !== undefined) return doc;
  }
  return null;
}

/** The schema inside its wrappers. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let node = schema;
  for (let inner = wrapped(node); inner !== null; inner = wrapped(node)) node = inner;
  return node;
}

function wrapped(node: z.ZodType): z.ZodType | null {
  if (node instanceof z.ZodDefault || node instanceof z.ZodPrefault || node instanceof z.ZodOptional || node instanceof z.ZodNullable) {
    return node.unwrap() as z.ZodType;
  }
  return node instanceof z.ZodPipe ? (node.out as z.ZodType) : null;
}

function childOf(node: z.ZodType, part: string | number): z.ZodType | null {
  if (node instanceof z.ZodObject) return (node.shape[part] as z.ZodType | undefined) ?? null;
  if (node instanceof z.ZodArray) return node.element as z.ZodType;
  if (node instanceof z.ZodRecord) return node.valueType as z.ZodType;
  return null;
}
