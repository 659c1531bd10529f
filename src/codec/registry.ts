import { UserError } from '../errors.ts';
import { BoundedMap } from './bounded-map.ts';
import { RegistryOutage, UndecodableError, UnknownSchemaError } from './errors.ts';
import { RegistryClient } from './registry-client.ts';
import { type RegistryConnection, Rest, type RestAnswer } from './rest.ts';
import { SchemaCache } from './schema-cache.ts';
import type { SchemaSource } from './writer-schemas.ts';

export type { RegistryConnection } from './rest.ts';

/** One version of a subject. */
export interface RegisteredSchema {
  readonly id: number;
  readonly version: number;
  readonly schema: object;
}

/** Schemas remembered for ever: an id never changes its meaning. */
const MAX_KNOWN_IDS = 1_000;
/** Ids remembered as unknown, and for how long, ms: they may be registered in the meantime. */
const MAX_UNKNOWN_IDS = 10_000;
const UNKNOWN_FOR_MS = 30_000;
/** What the registry says beside a 404: only this one means that it looked an id up and has none. */
const SCHEMA_NOT_FOUND = 40403;
const SUBJECT_NOT_FOUND = 40401;
const VERSION_NOT_FOUND = 40402;
const LEVEL_NOT_CONFIGURED = 40408;
const COMPATIBILITY_HINT =
  'change the schema so that old and new records stay readable: add fields with a default, remove only fields with one';

/**
 * A schema registry by its Confluent API. Rejects with RegistryOutage where the registry cannot answer now (try again), with UserError
 * where a person has to act.
 */
export class Registry implements SchemaSource {
  readonly #rest: Rest;
  readonly #client: RegistryClient;
  readonly #now: () => number;
  /** Null: nothing is kept beyond this process. */
  readonly #cache: SchemaCache | null;
  readonly #known = new BoundedMap<number, object | UndecodableError>(MAX_KNOWN_IDS);
  /** Until when an id counts as unknown. */
  readonly #unknown = new BoundedMap<number, number>(MAX_UNKNOWN_IDS);
  readonly #underWay = new Map<number, Promise<object>>();

  /** Connects to nothing yet. `now` is the clock, ms. Throws UserError where the URL is none, or the cache's folder cannot be made. */
  constructor(connection: RegistryConnection, now: () => number = Date.now) {
    this.#rest = new Rest(connection);
    this.#client = new RegistryClient(this.#rest);
    this.#now = now;
    this.#cache = connection.cacheDir === undefined ? null : new SchemaCache(connection.cacheDir, this.url);
  }

  /** The base URL, without a password. */
  get url(): string {
    return this.#rest.shownUrl;
  }

  /** Resolves where the registry answers and is one. */
  async ping(): Promise<void> {
    await this.subjects();
  }

  /** Names of all subjects. */
  async subjects(): Promise<string[]> {
    return this.#expect(await this.#rest.request('GET', '/subjects'), 'GET /subjects') as string[];
  }

  /** All versions of a subject, oldest first; none where there is no such subject. */
  async versions(subject: string): Promise<RegisteredSchema[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const numbers = (await this.#find('GET', path)) as number[] | null;
    const versions = await Promise.all((numbers ?? []).map((number) => this.#version(subject, number)));
    return versions.filter((version) => version !== null);
  }

  /** The newest version of a subject; null where there is none. */
  latest(subject: string): Promise<RegisteredSchema | null> {
    return this.#version(subject, 'latest');
  }

  /** The compatibility level set on a subject; null where none is. Apicurio gives its global level for a subject without its own. */
  async compatibility(subject: string): Promise<string | null> {
    const found = (await this.#find('GET', `/config/${encodeURIComponent(subject)}`)) as { compatibilityLevel?: string } | null;
    return found?.compatibilityLevel ?? null;
  }

  /** Sets the level that new versions of a subject are held to; also before its first version, where it belongs. */
  async setCompatibility(subject: string, level: string): Promise<void> {
    const answer = await this.#rest.request('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: level });
    if (answer.status === 422) throw new UserError(`subject ${subject}: the registry knows no compatibility level ${level}`);
    this.#expect(answer, `PUT /config/${subject}`);
  }

  /** The level that new versions of a subject are held to: its own, else the registry's global one; null where the registry names none. */
  async levelInForce(subject: string): Promise<string | null> {
    const own = await this.compatibility(subject);
    if (own !== null) return own;
    const global = (await this.#find('GET', '/config')) as { compatibilityLevel?: string } | null;
    return global?.compatibilityLevel ?? null;
  }

  /** The version of a subject that a schema is; null where it is none. */
  async lookUp(subject: string, schema: object): Promise<{ readonly id: number; readonly version: number } | null> {
    const answer = await this.#rest.request('POST', `/subjects/${encodeURIComponent(subject)}`, { schema: JSON.stringify(schema) });
    const code = codeOf(answer);
    if (answer.status === 404 && (code === SUBJECT_NOT_FOUND || code === SCHEMA_NOT_FOUND)) return null;
    const { id, version } = this.#expect(answer, `POST /subjects/${subject}`) as { id: number; version: number };
    return { id, version };
  }

  /** Whether a schema may become the next version of a subject, and if not, what the registry says. A new subject takes any. */
  async checkCompatible(subject: string, schema: object): Promise<{ compatible: boolean; messages: string[] }> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`;
    const found = (await this.#find('POST', path, { schema: JSON.stringify(schema) })) as {
      is_compatible?: boolean;
      messages?: string[];
    } | null;
    return found === null || found.is_compatible === true
      ? { compatible: true, messages: [] }
      : { compatible: false, messages: found.messages ?? [] };
  }

  /**
   * Makes a schema a version of a subject, where it is none yet, and returns its id. Throws UserError where it is not compatible with the
   * registered versions, naming every field, or where the registry refuses it for reasons of its own.
   */
  async register(subject: string, schema: object): Promise<number> {
    return this.#orKept(
      async () => {
        const id = await this.#register(subject, schema);
        this.#cache?.keepId(subject, schema, id);
        return id;
      },
      (cache) => cache.idOf(subject, schema),
    );
  }

  /**
   * The Avro schema of an id. Rejects with UnknownSchemaError where the registry says that it has none (remembered for 30 s), with
   * UndecodableError where it is no Avro schema of its own, with RegistryOutage where that cannot be said now.
   */
  async schemaById(id: number): Promise<object> {
    const known = this.#known.get(id);
    if (known instanceof UndecodableError) throw known;
    if (known !== undefined) return known;
    if ((this.#unknown.get(id) ?? Number.NEGATIVE_INFINITY) > this.#now()) throw new UnknownSchemaError(id, this.url);
    let lookup = this.#underWay.get(id);
    if (lookup === undefined) {
      const asked = this.#orKept(
        () => this.#readSchema(id),
        (cache) => cache.schemaOf(id),
      );
      lookup = asked.finally(() => this.#underWay.delete(id));
      this.#underWay.set(id, lookup);
    }
    return lookup;
  }

  async #register(subject: string, schema: object): Promise<number> {
    // Mostly it is one already, which a single request tells.
    const registered = await this.lookUp(subject, schema);
    if (registered !== null) return registered.id;
    await this.#expectCompatible(subject, schema);
    const answer = await this.#client.register(subject, schema, await this.compatibility(subject));
    if ('id' in answer) return answer.id;
    const { status, message } = answer;
    if (status === 409) {
      throw new UserError(`subject ${subject}: the registry refuses the schema: ${message}`, { hint: COMPATIBILITY_HINT });
    }
    if (status === null || status === 422) throw new UserError(`subject ${subject}: the schema cannot be registered: ${message}`);
    // The client calls a refused connection 400, too: asking again says by its cause what is wrong, if it still is.
    await this.ping();
    throw new RegistryOutage(`${this.url} did not register a schema of subject ${subject} (${status}): ${message}`);
  }

  async #readSchema(id: number): Promise<object> {
    const answer = await this.#rest.request('GET', `/schemas/ids/${id}`);
    if (answer.status === 404 && codeOf(answer) === SCHEMA_NOT_FOUND) {
      this.#unknown.set(id, this.#now() + UNKNOWN_FOR_MS);
      throw new UnknownSchemaError(id, this.url);
    }
    const body = answer.body as SchemaAnswer | undefined;
    // A 404 of a proxy or a wrong address is no word of a registry, and must not make good records poison.
    if (answer.status !== 200 || typeof body?.schema !== 'string') {
      throw new RegistryOutage(`${this.url} answers ${answer.status} to GET /schemas/ids/${id} as no schema registry does`);
    }
    const schema = avroSchemaOf(body);
    const remembered = typeof schema === 'string' ? new UndecodableError(`schema id ${id} ${schema}`) : schema;
    this.#unknown.delete(id);
    this.#known.set(id, remembered);
    if (remembered instanceof UndecodableError) throw remembered;
    this.#cache?.keepSchema(id, remembered);
    return remembered;
  }

  /** The registry's answer; while it gives none, what is kept of an earlier one, if anything is: its word of now goes before. */
  async #orKept<Answer>(ask: () => Promise<Answer>, keptIn: (cache: SchemaCache) => Answer | null): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      const kept = error instanceof RegistryOutage && this.#cache !== null ? keptIn(this.#cache) : null;
      if (kept === null) throw error;
      return kept;
    }
  }

  async #version(subject: string, version: number | 'latest'): Promise<RegisteredSchema | null> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const found = (await this.#find('GET', path)) as ({ id: number; version: number } & SchemaAnswer) | null;
    if (found === null) return null;
    const schema = avroSchemaOf(found);
    if (typeof schema === 'string') throw new UserError(`subject ${subject}: version ${found.version} ${schema}`);
    return { id: found.id, version: found.version, schema };
  }

  /** Registries may only say no: what is not compatible is found here first, field by field. */
  async #expectCompatible(subject: string, schema: object): Promise<void> {
    const [level, versions] = await Promise.all([this.levelInForce(subject), this.versions(subject)]);
    if (level === null || versions.length === 0) return;
    const { refusals } = await import('./compatibility.ts');
    let reasons: string[];
    try {
      reasons = refusals(schema, versions, level);
    } catch (error) {
      throw new UserError(`subject ${subject}: the schema cannot be registered: ${(error as Error).message}`, { cause: error });
    }
    if (reasons.length === 0) return;
    throw new UserError(`subject ${subject}: the schema is not ${level} compatible: ${reasons.join('; ')}`, { hint: COMPATIBILITY_HINT });
  }

  /** The answer's body; null where the registry says that there is no such subject, version or level. */
  async #find(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await this.#rest.request(method, path, body);
    const code = codeOf(answer);
    const isAbsent = code === SUBJECT_NOT_FOUND || code === VERSION_NOT_FOUND || code === LEVEL_NOT_CONFIGURED;
    return answer.status === 404 && isAbsent ? null : this.#expect(answer, `${method} ${path}`);
  }

  /** The body of a good answer. Anything else is not what a registry says. */
  #expect(answer: RestAnswer, asked: string): unknown {
    if (answer.status === 200 && answer.body !== undefined) return answer.body;
    const said = messageOf(answer);
    throw new UserError(`${this.url} answers ${answer.status} to ${asked}${said && `: ${said}`}`, {
      hint: 'check that it is the base of a Confluent API: http://host:8081, or http://host:port/apis/ccompat/v7 for Apicurio',
    });
  }
}

interface SchemaAnswer {
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly unknown[];
}

/** The Avro schema of an answer, or what is wrong with it. */
function avroSchemaOf({ schema, schemaType = 'AVRO', references = [] }: SchemaAnswer): object | string {
  if (schemaType !== 'AVRO') return `is of type ${schemaType}, not AVRO`;
  if (references.length > 0) return 'refers to other schemas, which is not supported';
  try {
    const parsed = JSON.parse(schema) as object | string;
    return typeof parsed === 'object' ? parsed : { type: parsed };
  } catch {
    return 'is no JSON';
  }
}

function codeOf({ body }: RestAnswer): number | undefined {
  return (body as { error_code?: number } | undefined)?.error_code;
}

function messageOf({ body }: RestAnswer): string {
  return (body as { message?: string } | undefined)?.message ?? '';
}
