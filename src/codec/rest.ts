import { readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UserError } from '../errors.ts';
import { RegistryOutage } from './errors.ts';

/** How to reach the schema registry. */
export interface RegistryConnection {
  /** Base of the Confluent API: http://host:8081, or http://host:port/apis/ccompat/v7 of Apicurio. May carry user and password. */
  readonly url: string;
  /** Basic authentication, with `password`. */
  readonly username?: string;
  readonly password?: string;
  /** Bearer token; goes before user and password. */
  readonly token?: string;
  /** PEM file of the authority that signed the registry's certificate, where the system does not know it. */
  readonly caFile?: string;
  /** Longest wait for one answer, ms; default 5,000. */
  readonly timeoutMs?: number;
  /** Folder in which schemas and ids are kept, for a start while the registry is out of reach; default: they are not kept. */
  readonly cacheDir?: string;
}

/** An answer of the registry. */
export interface RestAnswer {
  readonly status: number;
  /** Its JSON; undefined where it is none. */
  readonly body: unknown;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** No schema is as large as this. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** Causes that trying again does not cure. */
const TLS_ERRORS = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

/**
 * HTTP to the registry: says by cause what failed. Whatever may pass (refused connection, time-out, 408, 429, 5xx) is a RegistryOutage;
 * whatever needs a person (401, 403, a certificate) a UserError; every other status is an answer.
 */
export class Rest {
  /** The base URL without a password, for messages. */
  readonly shownUrl: string;
  /** The authorization header; null where nobody is named. */
  readonly authorization: string | null;
  /** The authority that signed the registry's certificate; undefined: one the system knows. */
  readonly ca: Buffer | undefined;
  /** Longest wait for one answer, ms. */
  readonly timeoutMs: number;

  /** Throws UserError where the URL is none or the CA file cannot be read. */
  constructor(connection: RegistryConnection) {
    const url = parseUrl(connection.url);
    this.authorization = authorizationOf(connection, url);
    url.username = '';
    url.password = '';
    this.shownUrl = url.href.replace(/\/+$/, '');
    this.ca = connection.caFile === undefined ? undefined : readCa(connection.caFile);
    this.timeoutMs = connection.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** One request; `path` begins with a slash and is encoded, `body` becomes JSON. */
  async request(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<RestAnswer> {
    const { status, text } = await this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (status === 401 || status === 403) {
      throw new UserError(`the schema registry at ${this.shownUrl} refuses access (${status})`, {
        hint: 'check its user and password, or its token, and what they may do',
      });
    }
    if (status >= 500 || status === 429 || status === 408) {
      throw new RegistryOutage(`the schema registry at ${this.shownUrl} answers ${status} to ${method} ${path}`);
    }
    return { status, body: parseJson(text) };
  }

  #send(method: string, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const url = new URL(this.shownUrl + path);
    const options: RequestOptions & { ca?: Buffer } = {
      method,
      headers: {
        accept: `${MEDIA_TYPE}, application/json`,
        ...(this.authorization !== null && { authorization: this.authorization }),
        ...(body !== undefined && { 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(body) }),
      },
      signal: AbortSignal.timeout(this.timeoutMs),
      // Requests are rare: a connection kept open would mostly be found closed by the other side.
      agent: false,
      ...(this.ca !== undefined && { ca: this.ca }),
    };
    const request: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    const fail = (error: unknown) => reject(this.#failure(error));
    request.on('error', fail);
    request.on('response', (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), fail);
    });
    request.end(body);
    return promise;
  }

  #failure(error: unknown): Error {
    const { name = '', code = '', message = String(error) } = error as NodeJS.ErrnoException;
    if (TLS_ERRORS.test(code)) {
      return new UserError(`the certificate of the schema registry at ${this.shownUrl} is not trusted: ${message}`, {
        hint: "name the PEM file of the authority that signed it as the registry's CA file",
        cause: error,
      });
    }
    const what = name === 'AbortError' || name === 'TimeoutError' ? `no answer within ${this.timeoutMs} ms` : message || code;
    return new RegistryOutage(`the schema registry at ${this.shownUrl} cannot be reached: ${what}`, { cause: error });
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.search !== '' || url.hash !== '') {
    throw new UserError(`"${text.replace(/\/\/[^/@]*@/, '//***@')}" is no URL of a schema registry`, {
      hint: 'it looks like http://host:8081, or http://host:port/apis/ccompat/v7 for Apicurio',
      exitCode: 2,
    });
  }
  return url;
}

function authorizationOf(connection: RegistryConnection, url: URL): string | null {
  if (connection.token !== undefined) return `Bearer ${connection.token}`;
  const username = connection.username ?? decodeURIComponent(url.username);
  const password = connection.password ?? decodeURIComponent(url.password);
  return username === '' ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`the registry's CA file ${file} cannot be read: ${(error as Error).message}`, { exitCode: 2, cause: error });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
