import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RegistryOutage, UnknownSchemaError } from '../../../src/codec/errors.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { SchemaCache } from '../../../src/codec/schema-cache.ts';
import { UserError } from '../../../src/errors.ts';
import { startServer } from './registry-server.ts';

const schema = { type: 'record', name: 'A', namespace: 'n', fields: [] };
const other = { ...schema, name: 'B' };

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A registry that has the schema under id 7, as a version of `a-value`. */
const startRegistry = () =>
  startServer(({ method }) => ({ status: 200, body: method === 'POST' ? { id: 7, version: 1 } : { schema: JSON.stringify(schema) } }));

it('answers for a registry that is out of reach, as that one did before', async () => {
  const { url, close } = await startRegistry();
  const cacheDir = makeFolder();
  const before = new Registry({ url, cacheDir });
  await before.register('a-value', schema);
  await before.schemaById(7);
  await close();

  const after = new Registry({ url, cacheDir });
  expect(await after.register('a-value', schema)).toBe(7);
  expect(await after.schemaById(7)).toEqual(schema);
  await expect(after.schemaById(8)).rejects.toThrow(RegistryOutage);
  await expect(after.register('a-value', other)).rejects.toThrow(RegistryOutage);
  await expect(after.register('b-value', schema)).rejects.toThrow(RegistryOutage);
});

it('has the schema of an id that was only registered, never asked for: what was written with it is read again', async () => {
  const { url, close } = await startRegistry();
  const cacheDir = makeFolder();
  await new Registry({ url, cacheDir }).register('a-value', schema);
  await close();
  expect(await new Registry({ url, cacheDir }).schemaById(7)).toEqual(schema);
});

it('keeps nothing unless it is told where', async () => {
  const { url, close } = await startRegistry();
  await new Registry({ url }).schemaById(7);
  await close();
  await expect(new Registry({ url }).schemaById(7)).rejects.toThrow(RegistryOutage);
});

it('does not go before the registry, whose ids may mean something else by now', async () => {
  const cacheDir = makeFolder();
  let body: unknown = { schema: JSON.stringify(schema) };
  let status = 200;
  const { url } = await startServer(() => ({ status, body }));
  await new Registry({ url, cacheDir }).schemaById(7);
  body = { schema: JSON.stringify(other) };
  expect(await new Registry({ url, cacheDir }).schemaById(7)).toEqual(other);
  [status, body] = [404, { error_code: 40403, message: 'Schema not found' }];
  await expect(new Registry({ url, cacheDir }).schemaById(7)).rejects.toThrow(UnknownSchemaError);
  [status, body] = [503, ''];
  expect(await new Registry({ url, cacheDir }).schemaById(7)).toEqual(other);
});

it('keeps registries apart', () => {
  const folder = makeFolder();
  new SchemaCache(folder, 'http://one').keepSchema(7, schema);
  expect(new SchemaCache(folder, 'http://one').schemaOf(7)).toEqual(schema);
  expect(new SchemaCache(folder, 'http://two').schemaOf(7)).toBeNull();
});

it('takes a file that is none of its own for none', () => {
  const folder = makeFolder();
  const cache = new SchemaCache(folder, 'http://one');
  cache.keepSchema(7, schema);
  const [registry] = readdirSync(folder) as [string];
  for (const text of ['', '{"id":7', '{"id":7,"schema":null}', '{"id":8,"schema":{}}', '7']) {
    writeFileSync(join(folder, registry, 'schema-7.json'), text);
    expect(cache.schemaOf(7)).toBeNull();
  }
});

it('holds 1,000 files at most', () => {
  const folder = makeFolder();
  const cache = new SchemaCache(folder, 'http://one');
  for (let id = 0; id < 1_010; id++) cache.keepSchema(id, schema);
  const [registry] = readdirSync(folder) as [string];
  expect(readdirSync(join(folder, registry))).toHaveLength(1_000);
  expect(cache.schemaOf(1_009)).toEqual(schema);
});

it('says which folder cannot be made', () => {
  const file = join(makeFolder(), 'file');
  writeFileSync(file, '');
  expect(() => new Registry({ url: 'http://one', cacheDir: join(file, 'cache') })).toThrow(UserError);
  expect(() => new Registry({ url: 'http://one', cacheDir: join(file, 'cache') })).toThrow(
    "for the registry's schemas cannot be made: ENOTDIR",
  );
});
