import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { RegistryOutage, UndecodableError, UnknownSchemaError } from '../../../src/codec/errors.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { UserError } from '../../../src/errors.ts';
import { startServer } from './registry-server.ts';

const text = { schema: '{"type":"record","name":"A","fields":[]}' };
const level = { status: 200, body: { compatibilityLevel: 'FULL_TRANSITIVE' } };
const notFound = { status: 404, body: { error_code: 40403, message: 'Schema not found' } };

describe('an outage is told from a record that can never be read', () => {
  it.each([500, 503, 429, 408])('status %i: try again later', async (status) => {
    const { url } = await startServer(() => ({ status, body: 'out of order' }));
    await expect(new Registry({ url }).schemaById(7)).rejects.toThrow(
      new RegistryOutage(`the schema registry at ${url} answers ${status} to GET /schemas/ids/7`),
    );
  });

  it('no answer in time: try again later', async () => {
    const { url } = await startServer(() => null);
    await expect(new Registry({ url, timeoutMs: 50 }).schemaById(7)).rejects.toThrow(
      new RegistryOutage(`the schema registry at ${url} cannot be reached: no answer within 50 ms`),
    );
  });

  it('a refused connection: try again later', async () => {
    const { url, close } = await startServer(() => null);
    await close();
    const asked = new Registry({ url }).schemaById(7);
    await expect(asked).rejects.toThrow(RegistryOutage);
    await expect(asked).rejects.toThrow(/cannot be reached: connect ECONNREFUSED/);
  });

  it('a 404 that is not of a registry, a proxy in front of it say: try again later', async () => {
    const { url } = await startServer(() => ({ status: 404, body: 'default backend - 404' }));
    await expect(new Registry({ url }).schemaById(7)).rejects.toThrow(
      new RegistryOutage(`${url} answers 404 to GET /schemas/ids/7 as no schema registry does`),
    );
  });

  it('the registry says that it has no such schema: poison', async () => {
    const { url } = await startServer(() => notFound);
    await expect(new Registry({ url }).schemaById(7)).rejects.toThrow(new UnknownSchemaError(7, url));
  });

  it.each([
    ['of another type', { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }, 'schema id 7 is of type PROTOBUF, not AVRO'],
    ['that refers to others', { ...text, references: [{ name: 'B' }] }, 'schema id 7 refers to other schemas, which is not supported'],
    ['that is no JSON', { schema: '{' }, 'schema id 7 is no JSON'],
  ])('a schema %s: poison', async (_what, body, message) => {
    const { url } = await startServer(() => ({ status: 200, body }));
    await expect(new Registry({ url }).schemaById(7)).rejects.toThrow(new UndecodableError(message));
  });
});

describe('registering', () => {
  const schema = { type: 'record', name: 'A', fields: [] };
  const unknown = { status: 404, body: { error_code: 40403, message: 'Schema not found' } };
  const isLookUp = ({ method, url }: IncomingMessage) => method === 'POST' && url === '/subjects/a-value';
  const noSubject = { status: 404, body: { error_code: 40401, message: "Subject 'a-value' not found." } };
  /** What it says to a GET. */
  const told = ({ url }: IncomingMessage) => {
    if (url === '/subjects') return { status: 200, body: [] };
    return url?.startsWith('/config') ? level : noSubject;
  };

  it('takes one request where the schema is a version already', async () => {
    const { url, requests } = await startServer((request) => (isLookUp(request) ? { status: 200, body: { id: 5, version: 2 } } : null));
    expect(await new Registry({ url }).register('a-value', schema)).toBe(5);
    expect(requests).toEqual(['POST /subjects/a-value']);
  });

  it('is an outage where the registry is out of reach', async () => {
    const { url, close } = await startServer(() => null);
    await close();
    await expect(new Registry({ url }).register('a-value', schema)).rejects.toThrow(RegistryOutage);
  });

  it('is an outage where the registry fails half-way', async () => {
    const { url } = await startServer((request) => {
      if (isLookUp(request)) return unknown;
      return request.method === 'POST' ? { status: 500, body: { message: 'disk full' } } : told(request);
    });
    const refused = new Registry({ url }).register('a-value', schema);
    await expect(refused).rejects.toThrow(RegistryOutage);
    await expect(refused).rejects.toThrow(`${url} did not register a schema of subject a-value (500): disk full`);
  });

  it('is an outage where the registry does not answer in time', async () => {
    const { url } = await startServer((request) => (request.method === 'POST' ? null : told(request)));
    await expect(new Registry({ url, timeoutMs: 100 }).register('a-value', schema)).rejects.toThrow(RegistryOutage);
  });

  it('sends the login along', async () => {
    const logins = new Set<string | undefined>();
    const { url, requests } = await startServer((request) => {
      logins.add(request.headers.authorization);
      if (isLookUp(request)) return unknown;
      return request.method === 'POST' ? { status: 200, body: { id: 7 } } : told(request);
    });
    expect(await new Registry({ url, token: 'secret' }).register('a-value', schema)).toBe(7);
    expect(requests).toContain('POST /subjects/a-value/versions');
    expect([...logins]).toEqual(['Bearer secret']);
  });
});

describe('what is remembered', () => {
  it('a schema, for ever', async () => {
    const { url, requests, close } = await startServer(() => ({ status: 200, body: text }));
    const registry = new Registry({ url });
    const first = await registry.schemaById(7);
    await close();
    expect(await registry.schemaById(7)).toBe(first);
    expect(requests).toEqual(['GET /schemas/ids/7']);
  });

  it('an unknown id, for 30 seconds', async () => {
    let nowMs = 1_000;
    let answer: { status: number; body: unknown } = notFound;
    const { url, requests } = await startServer(() => answer);
    const registry = new Registry({ url }, () => nowMs);
    await expect(registry.schemaById(7)).rejects.toThrow(UnknownSchemaError);
    nowMs += 29_999;
    await expect(registry.schemaById(7)).rejects.toThrow(UnknownSchemaError);
    expect(requests).toHaveLength(1);
    answer = { status: 200, body: text };
    nowMs += 1;
    expect(await registry.schemaById(7)).toEqual(JSON.parse(text.schema));
    expect(requests).toHaveLength(2);
  });

  it('no outage: the next look-up asks again', async () => {
    let status = 503;
    const { url } = await startServer(() => ({ status, body: text }));
    const registry = new Registry({ url });
    await expect(registry.schemaById(7)).rejects.toThrow(RegistryOutage);
    status = 200;
    expect(await registry.schemaById(7)).toEqual(JSON.parse(text.schema));
  });

  it('look-ups of one id at the same time are one request', async () => {
    const { url, requests } = await startServer(() => ({ status: 200, body: text }));
    const registry = new Registry({ url });
    await Promise.all([registry.schemaById(7), registry.schemaById(7), registry.schemaById(7)]);
    expect(requests).toHaveLength(1);
  });
});

describe('what a person has to act on', () => {
  it.each([401, 403])('refused access (%i)', async (status) => {
    const { url } = await startServer(() => ({ status, body: {} }));
    const asked = new Registry({ url }).schemaById(7);
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow(`the schema registry at ${url} refuses access (${status})`);
  });

  it('an address where there is no registry', async () => {
    const { url } = await startServer(() => ({ status: 404, body: '<html>not found</html>' }));
    const asked = new Registry({ url }).ping();
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow(`${url} answers 404 to GET /subjects`);
  });

  it.each(['localhost:8081', 'kafka://host:9092', '', 'http://host:8081?x=1'])('a URL that is none: "%s"', (url) => {
    expect(() => new Registry({ url })).toThrow(UserError);
    expect(() => new Registry({ url })).toThrow(`"${url}" is no URL of a schema registry`);
  });

  it('a CA file that is not there', () => {
    expect(() => new Registry({ url: 'https://host', caFile: 'no-such.pem' })).toThrow("the registry's CA file no-such.pem cannot be read");
  });
});

describe('who is asking', () => {
  const cases = [
    ['a user and password', { username: 'u', password: 'p:w' }, `Basic ${Buffer.from('u:p:w').toString('base64')}`],
    ['a token', { token: 'secret' }, 'Bearer secret'],
    ['nobody', {}, undefined],
  ] as const;

  it.each(cases)('%s', async (_who, login, expected) => {
    let authorization: string | undefined;
    const { url } = await startServer(({ headers }) => {
      authorization = headers.authorization;
      return { status: 200, body: [] };
    });
    await new Registry({ url, ...login }).ping();
    expect(authorization).toBe(expected);
  });

  it('a user and password in the URL, which no message shows', async () => {
    let authorization: string | undefined;
    const { url } = await startServer(({ headers }) => {
      authorization = headers.authorization;
      return { status: 500, body: '' };
    });
    const registry = new Registry({ url: url.replace('//', '//u:s%40crt@') });
    await expect(registry.ping()).rejects.toThrow(`the schema registry at ${url} answers 500`);
    expect(authorization).toBe(`Basic ${Buffer.from('u:s@crt').toString('base64')}`);
    expect(registry.url).toBe(url);
  });
});
