import { describe, expect, it } from 'vitest';
import { Registry } from '../../../src/codec/registry.ts';
import { UserError } from '../../../src/errors.ts';
import { type Answer, startServer } from './registry-server.ts';

const schema = (fields: readonly object[] = []) => ({ type: 'record', name: 'A', namespace: 'n', fields });
const field = (name: string, more: object = {}) => ({ name, type: 'int', ...more });

/** A registry that answers as told, by method and path; to all else as if there were nothing. */
async function registryThat(answers: Readonly<Record<string, Answer>>): Promise<{ registry: Registry; requests: string[] }> {
  const { url, requests } = await startServer(
    ({ method, url: path }) =>
      answers[`${method} ${path}`] ?? { status: 404, body: { error_code: 40401, message: "Subject 'a-value' not found." } },
  );
  return { registry: new Registry({ url }), requests };
}

const version = (number: number, of: object) => ({
  status: 200,
  body: { subject: 'a-value', version: number, id: number, schema: JSON.stringify(of) },
});
const ok = (body: unknown): Answer => ({ status: 200, body });

describe('the level in force', () => {
  it('is the global one where the subject has none, as Confluent says it: 404 with code 40408', async () => {
    const { registry, requests } = await registryThat({
      'GET /config/a-value': {
        status: 404,
        body: { error_code: 40408, message: "Subject 'a-value' does not have subject-level compatibility configured" },
      },
      'GET /config': ok({ compatibilityLevel: 'BACKWARD' }),
    });
    expect(await registry.compatibility('a-value')).toBeNull();
    expect(await registry.levelInForce('a-value')).toBe('BACKWARD');
    expect(requests.at(-1)).toBe('GET /config');
  });

  it('is what Apicurio answers for a subject without one: its global level', async () => {
    const { registry, requests } = await registryThat({ 'GET /config/a-value': ok({ compatibilityLevel: 'NONE' }) });
    expect(await registry.levelInForce('a-value')).toBe('NONE');
    expect(requests).toEqual(['GET /config/a-value']);
  });

  it('is the global one for a subject that there is not yet, as Apicurio says it: 404 with code 40401', async () => {
    const { registry } = await registryThat({ 'GET /config': ok({ compatibilityLevel: 'NONE' }) });
    expect(await registry.compatibility('a-value')).toBeNull();
    expect(await registry.levelInForce('a-value')).toBe('NONE');
  });
});

describe('an incompatible schema is refused before it is sent', () => {
  const registered = {
    'POST /subjects/a-value': { status: 404, body: { error_code: 40403, message: 'Schema not found' } },
    'GET /subjects/a-value/versions': ok([1, 2]),
    'GET /subjects/a-value/versions/1': version(1, schema([field('a')])),
    'GET /subjects/a-value/versions/2': version(2, schema([field('a'), field('b', { default: 0 })])),
  };

  it.each(['FULL_TRANSITIVE', 'FULL'])('%s: naming the field', async (level) => {
    const { registry, requests } = await registryThat({ ...registered, 'GET /config/a-value': ok({ compatibilityLevel: level }) });
    const refused = registry.register('a-value', schema([field('b', { default: 0 })]));
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`subject a-value: the schema is not ${level} compatible: A.a: `);
    expect(requests).not.toContain('POST /subjects/a-value/versions');
  });

  it('under a global level, too', async () => {
    const { registry } = await registryThat({
      ...registered,
      'GET /config/a-value': { status: 404, body: { error_code: 40408, message: 'not configured' } },
      'GET /config': ok({ compatibilityLevel: 'BACKWARD' }),
    });
    await expect(registry.register('a-value', schema([field('a'), field('c')]))).rejects.toThrow(
      'subject a-value: the schema is not BACKWARD compatible: A.c: the schema needs it, for it has no default there, and version 2 does not write it',
    );
  });

  it('what is no schema is told so, whatever is registered', async () => {
    const { registry } = await registryThat({ ...registered, 'GET /config/a-value': ok({ compatibilityLevel: 'FULL' }) });
    await expect(registry.register('a-value', { type: 'nothing' })).rejects.toThrow(
      new UserError('subject a-value: the schema cannot be registered: there is no type nothing'),
    );
  });
});

describe('a refusal of the registry itself', () => {
  const none = { 'GET /config/a-value': ok({ compatibilityLevel: 'NONE' }) };

  it.each([
    [
      'Confluent',
      'Schema being registered is incompatible with an earlier schema for subject "a-value", details: ' +
        "[{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'c' at path '/fields/1' in the new schema has no default value " +
        "and is missing in the old schema', additionalInfo:'c'}]",
    ],
    [
      'Apicurio',
      'io.apicurio.registry.rules.violation.RuleViolationException: Incompatible artifact: a-value [AVRO], num of incompatible diffs: {1}, ' +
        'list of diff types: [c at /fields/1]',
    ],
  ])('as %s words it, is passed on with the field', async (_dialect, message) => {
    const { registry } = await registryThat({
      ...none,
      'POST /subjects/a-value/versions': { status: 409, body: { error_code: 409, message } },
    });
    const refused = registry.register('a-value', schema([field('c')]));
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`subject a-value: the registry refuses the schema: ${message}`);
  });

  it('of an invalid schema (422, code 42201)', async () => {
    const { registry } = await registryThat({
      ...none,
      'POST /subjects/a-value/versions': { status: 422, body: { error_code: 42201, message: 'Invalid schema' } },
    });
    await expect(registry.register('a-value', schema())).rejects.toThrow(
      new UserError('subject a-value: the schema cannot be registered: Invalid schema'),
    );
  });

  it('of a level that it does not know (422, code 42203)', async () => {
    const { registry } = await registryThat({
      'PUT /config/a-value': { status: 422, body: { error_code: 42203, message: 'Invalid compatibility level' } },
    });
    await expect(registry.setCompatibility('a-value', 'FULL')).rejects.toThrow(
      new UserError('subject a-value: the registry knows no compatibility level FULL'),
    );
  });
});
