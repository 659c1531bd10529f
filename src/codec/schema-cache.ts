import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';

/** Files kept for one registry: as many as schemas are remembered. */
const MAX_FILES = 1_000;

/** What one file holds: a schema and the id that the registry gave it. */
interface Entry {
  readonly id: number;
  readonly schema: object;
}

/**
 * Schemas and ids as a registry gave them, in a folder, for a start while that registry is out of reach. One JSON file an entry, by id, and by
 * subject and schema; each written whole or not at all. Bounded: the file written longest ago goes first.
 */
export class SchemaCache {
  readonly #folder: string;

  /** Every registry has its own folder below `folder`, for ids of one mean nothing to another. Throws UserError where it cannot be made. */
  constructor(folder: string, registryUrl: string) {
    this.#folder = join(folder, digest(registryUrl));
    try {
      mkdirSync(this.#folder, { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(`the folder ${folder} for the registry's schemas cannot be made: ${code}`, {
        hint: 'name another one as registry.cache_dir, or none',
        exitCode: 2,
        cause: error,
      });
    }
  }

  /** The schema that had this id when it was asked for last; null where it was not. */
  schemaOf(id: number): object | null {
    const entry = this.#read(schemaFile(id));
    return entry?.id === id ? entry.schema : null;
  }

  /** The id of a schema that was a version of the subject when that was asked last; null where it was not. */
  idOf(subject: string, schema: object): number | null {
    return this.#read(idFile(subject, schema))?.id ?? null;
  }

  keepSchema(id: number, schema: object): void {
    this.#write(schemaFile(id), { id, schema });
  }

  /** Also as the schema of that id: what is written with it is read by it after a restart. */
  keepId(subject: string, schema: object, id: number): void {
    this.#write(idFile(subject, schema), { id, schema });
    this.keepSchema(id, schema);
  }

  /** Null where there is no such file, or not one of ours. */
  #read(name: string): Entry | null {
    try {
      const { id, schema } = JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Partial<Entry>;
      return Number.isSafeInteger(id) && typeof schema === 'object' && schema !== null ? { id: id!, schema } : null;
    } catch {
      return null;
    }
  }

  /** A full or read-only disk must not stop what can do without the file: a later start then waits for the registry. */
  #write(name: string, entry: Entry): void {
    const temporary = join(this.#folder, `${name}.${process.pid}`);
    try {
      writeFileSync(temporary, JSON.stringify(entry));
      renameSync(temporary, join(this.#folder, name));
      this.#makeRoom();
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  #makeRoom(): void {
    const names = readdirSync(this.#folder);
    if (names.length <= MAX_FILES) return;
    const byAge = names.map((name) => ({ name, writtenMs: statSync(join(this.#folder, name)).mtimeMs }));
    byAge.sort((a, b) => a.writtenMs - b.writtenMs);
    for (const { name } of byAge.slice(0, names.length - MAX_FILES)) rmSync(join(this.#folder, name), { force: true });
  }
}

function schemaFile(id: number): string {
  return `schema-${id}.json`;
}

function idFile(subject: string, schema: object): string {
  return `id-${digest(`${subject}\n${JSON.stringify(schema)}`)}.json`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
