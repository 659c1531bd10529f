import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { TickProducer } from '../../../src/clients/tick-producer.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { silentLog } from '../../../src/log.ts';
import { buildTopology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';
import { type CliResult, runCli } from '../../unit/cli/run-cli.ts';

const PREFIX = `schema-${randomBytes(4).toString('hex')}.`;
const SUBJECT = `${PREFIX}ticks-value`;
const SETTINGS = `symbols: [EURUSD]\ntopics: { prefix: ${PREFIX} }\n`;
const registryUrl = inject('registryUrl');
const registry = new Registry({ url: registryUrl });

/** The tick's schema with its fields changed. */
const tickWith = (fields: readonly object[]) => ({ ...schemas.tick, fields });
const venue = { name: 'venue', type: ['null', 'string'], default: null, doc: 'Venue that published the quote.' };
const v2 = tickWith([...schemas.tick.fields, venue]);
/** Not compatible: a field that old records do not have, and one gone that old readers need. */
const v3 = tickWith([
  ...schemas.tick.fields.filter(({ name }) => name !== 'bid'),
  venue,
  { name: 'tier', type: 'int', doc: 'Tier of the quote.' },
]);

/** Runs a schema command beside the named Tick schema; Kafka is not named to it. */
function schema(args: readonly string[], tick: object = schemas.tick, settings = SETTINGS): CliResult {
  const files = { 'arbitrex.yaml': settings, 'tick.avsc': JSON.stringify(tick) };
  return runCli(['schema', ...args], { files, env: { SCHEMA_REGISTRY_URL: registryUrl } });
}

function json(args: readonly string[], tick?: object) {
  const { code, stdout, stderr } = schema([...args, '--json'], tick);
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}

test('before anything is registered', () => {
  const { subjects } = json(['list']);
  expect(subjects).toHaveLength(9);
  expect(subjects[0]).toEqual({
    subject: SUBJECT,
    versions: [],
    id: null,
    compatibility: null,
    file: 'schemas/tick.avsc',
    file_version: null,
  });
  const { code, stdout } = schema(['check']);
  expect(code).toBe(0);
  expect(stdout).toContain(`ok  schemas/tick.avsc as subject ${SUBJECT}: it will be version 1, under FULL_TRANSITIVE\n`);
  expect(stdout).toMatch(/\n9 schemas checked: all may be registered\n$/);
  expect(schema(['show', 'ticks'])).toMatchObject({ code: 2, stderr: expect.stringContaining(`the registry has no subject ${SUBJECT}\n`) });
});

describe('a schema that changes', () => {
  beforeAll(() => {
    expect(schema(['register'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('is registered under its mode, once', async () => {
    expect(await registry.compatibility(SUBJECT)).toBe('FULL_TRANSITIVE');
    expect(await registry.compatibility(`${PREFIX}clean-changelog-value`)).toBe('BACKWARD');
    expect(json(['register'])).toMatchObject({ code: 0, ok: true, registered: { length: 9 } });
    expect(json(['list']).subjects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ subject: SUBJECT, versions: [1], compatibility: 'FULL_TRANSITIVE', file_version: 1 }),
      ]),
    );
    expect(schema(['check', 'tick.avsc'])).toMatchObject({
      code: 0,
      stdout: `ok  tick.avsc as subject ${SUBJECT}: it is version 1 already\n1 schema checked: all may be registered\n`,
    });
  });

  test('by an optional field: checked, registered, shown, compared', () => {
    expect(schema(['check', 'tick.avsc'], v2)).toMatchObject({
      code: 0,
      stdout: `ok  tick.avsc as subject ${SUBJECT}: goes with what FULL_TRANSITIVE asks of the one version\n1 schema checked: all may be registered\n`,
    });
    expect(schema(['register', 'tick.avsc'], v2).stdout).toMatch(/^registered {2}tick\.avsc as subject .*: version 2, id \d+\n$/);
    expect(schema(['register', 'tick.avsc'], v2).stdout).toMatch(/^unchanged {2}tick\.avsc as subject .*: version 2, id \d+\n$/);

    expect(json(['show', 'ticks', '--version', '2'])).toMatchObject({ subject: SUBJECT, version: 2, schema: v2 });
    expect(json(['show', SUBJECT, '--version', '1'])).toMatchObject({ version: 1, schema: schemas.tick });
    expect(schema(['show', `${PREFIX}ticks`]).stdout).toMatch(
      /^subject .*, version 2, id \d+, FULL_TRANSITIVE\nrecord arbitrex.Tick\n\nfield /,
    );
    expect(schema(['diff', 'ticks', '1', '2']).stdout).toBe(
      `${SUBJECT}: version 1 -> version 2\n  + Tick.venue added: null | string, default null\n` +
        'version 2 reads records of version 1\nversion 1 reads records of version 2\n',
    );
    // The schema of this package is the first.
    expect(json(['diff', 'ticks'])).toMatchObject({ from: 'version 2', to: 'schemas/tick.avsc', changes: [{ kind: 'removed' }] });
    expect(json(['check']).schemas[0]).toMatchObject({ status: 'registered', version: 1, versions: 2 });
  });

  test('by what no reader goes along with: refused by check and register, with every field and version', () => {
    const { code, stdout } = schema(['check', 'tick.avsc'], v3);
    expect(code).toBe(1);
    const [head, ...reasons] = stdout.split('\n');
    expect(head).toBe(`refused  tick.avsc as subject ${SUBJECT}: compared with all 2 versions under FULL_TRANSITIVE`);
    for (const version of [1, 2]) {
      expect(reasons).toContain(
        `  FULL_TRANSITIVE  Tick.tier: the schema needs it, for it has no default there, and version ${version} does not write it`,
      );
      expect(reasons).toContain(
        `  FULL_TRANSITIVE  Tick.bid: version ${version} needs it, for it has no default there, and the schema does not write it`,
      );
    }
    // Ours come before the registry's.
    expect(reasons.findLastIndex((line) => line.startsWith('  FULL_TRANSITIVE'))).toBeLessThan(
      reasons.findIndex((line) => line.startsWith('  the registry  ')),
    );
    expect(json(['check', 'tick.avsc'], v3)).toMatchObject({
      code: 1,
      ok: false,
      schemas: [{ status: 'refused', incompatibilities: { length: 4 } }],
    });

    const refused = schema(['register', 'tick.avsc'], v3);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/Tick\.tier: .*\nnothing was registered\n$/s) });
    expect(json(['show', 'ticks'])).toMatchObject({ version: 2 });
  });

  test('against the rules for readers: refused, unless they are told not to count', () => {
    const renamed = tickWith([
      ...schemas.tick.fields.filter(({ name }) => name !== 'source_id'),
      { name: 'feed', type: 'string', default: '' },
    ]);
    const { code, stdout } = schema(['check', 'tick.avsc'], renamed);
    expect(code).toBe(1);
    expect(stdout).toContain('  doc  Tick.feed: has no doc that says what it means\n');
    expect(schema(['check', 'tick.avsc', '--ignore', 'doc', '--ignore', 'renamed'], renamed)).toMatchObject({ code: 0 });
    expect(schema(['check', '--ignore', 'dok'])).toMatchObject({ code: 2, stderr: expect.stringContaining('it is one of doc, namespace') });
  });

  test('that was there before another one, and that one does not go with: refused at the start of a producer', async () => {
    const other = `start-${PREFIX}`;
    const settings = SETTINGS.replace(PREFIX, other);
    expect(schema(['register', 'tick.avsc'], v3, settings)).toMatchObject({ code: 0 });
    const topology = buildTopology(parseSettings(settings, 'test.yaml'));
    const connection = { brokers: inject('brokers'), clientId: 'schema-test' };
    const admin = await KafkaAdmin.connect(connection, silentLog);
    try {
      const { name, partitions, configs } = topology.topics.ticks;
      await admin.createTopics([{ name, partitions, replicationFactor: 1, configs }]);
      const opened = TickProducer.open({ topology, connection, registry });
      await expect(opened).rejects.toThrow(
        `subject ${other}ticks-value: the schema is not FULL_TRANSITIVE compatible: ` +
          'Tick.bid: the schema needs it, for it has no default there, and version 1 does not write it; ' +
          'Tick.tier: version 1 needs it, for it has no default there, and the schema does not write it',
      );
      await admin.deleteTopics([name]);
    } finally {
      await admin.close();
    }
  });

  test('and that nobody checked: refused by the registry itself, naming the field', async () => {
    const response = await fetch(`${registryUrl}/subjects/${SUBJECT}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(v3) }),
    });
    expect(response.status).toBe(409);
    expect(await response.text()).toMatch(/tier|bid/);
  });
});

test('compatibility is printed and set', () => {
  const subject = `${PREFIX}own-value`;
  expect(json(['compatibility', subject, 'FORWARD'])).toMatchObject({ code: 0, subject, compatibility: 'FORWARD' });
  expect(schema(['compatibility', subject]).stdout).toBe(`${subject}: FORWARD\n`);
  expect(schema(['compatibility', subject, 'FULL']).stdout).toBe(`${subject}: FULL (was FORWARD)\n`);
  expect(schema(['compatibility', subject, 'SIDEWAYS'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: there is no compatibility mode SIDEWAYS\nhint: it is one of BACKWARD, /),
  });
});

test('says what is wrong with the question, or the registry', () => {
  expect(schema(['check', 'ticks.avsc'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no topic has a schema of that name') });
  expect(schema(['check', 'control.avsc'])).toMatchObject({ code: 2, stderr: 'error: control.avsc cannot be read: ENOENT\n' });
  expect(schema(['check', 'tick.avsc'], { type: 'record', name: 'Tick' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('tick.avsc is no Avro schema: '),
  });
  const env = { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' };
  expect(runCli(['schema', 'check'], { env })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: the schema registry at http:\/\/127\.0\.0\.1:1 cannot be reached: .*\nhint: /s),
  });
  expect(runCli(['schema', 'list'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: no schema registry configured\n/) });
});
