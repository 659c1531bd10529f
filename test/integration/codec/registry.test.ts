import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { encodeTick } from '../../../src/codec/encoders.ts';
import { RegistryOutage, UnknownSchemaError } from '../../../src/codec/errors.ts';
import { type ControlState, type SchemaName, schemas } from '../../../src/codec/generated/records.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { TickDecoder } from '../../../src/codec/tick-decoder.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import { emptyTick } from '../../../src/domain/tick.ts';
import { UserError } from '../../../src/errors.ts';
import { valuesAsRecords } from '../../unit/records.ts';

const registry = new Registry({ url: inject('registryUrl') });

/** A subject of one test's own. */
const subjectOf = (name: string) => `codec-${randomBytes(4).toString('hex')}-${name}-value`;

/** The tick's schema with its fields changed. */
const tickWith = (fields: readonly object[]) => ({ ...schemas.tick, fields });
const venue = { name: 'venue', type: ['null', 'string'], default: null };

/** A way to the registry that can be cut: for this client, a registry that was stopped. */
async function startLine(): Promise<{ url: string; cut: () => Promise<void>; mend: () => Promise<void> }> {
  const target = new URL(inject('registryUrl'));
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(async () => {
    if (server.listening) await cut();
  });
  return { url: `http://127.0.0.1:${port}${target.pathname}`, cut, mend: () => listen(port) };
}

describe('registering', () => {
  it.each(Object.keys(schemas) as SchemaName[])(
    '%s under FULL_TRANSITIVE, set before the first version; again changes nothing',
    async (name) => {
      const subject = subjectOf(name);
      expect(await registry.latest(subject)).toBeNull();
      expect(await registry.versions(subject)).toEqual([]);

      await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
      expect(await registry.compatibility(subject)).toBe('FULL_TRANSITIVE');
      const id = await registry.register(subject, schemas[name]);
      expect(await registry.register(subject, schemas[name])).toBe(id);

      expect(await registry.compatibility(subject)).toBe('FULL_TRANSITIVE');
      expect(await registry.versions(subject)).toEqual([{ id, version: 1, schema: schemas[name] }]);
      expect(await registry.schemaById(id)).toEqual(schemas[name]);
      expect(await registry.subjects()).toContain(subject);
    },
  );

  it('takes a field with a default as the next version, and ticks of both versions are read', async () => {
    const subject = subjectOf('ticks');
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
    const first = await registry.register(subject, schemas.tick);
    const next = tickWith([...schemas.tick.fields, venue]);
    expect(await registry.checkCompatible(subject, next)).toEqual({ compatible: true, messages: [] });
    const second = await registry.register(subject, next);
    expect((await registry.latest(subject))?.version).toBe(2);

    const given = { ...emptyTick(), symbol: 'EURUSD', eventTime: 1_700_000_000_000, bid: 1.1, ask: 1.2, sourceId: 'here' };
    const old = encodeTick(new AvroWriter(), first, given);
    // The second version's bytes are those of the first and the new field: null.
    const evolved = Buffer.concat([encodeTick(new AvroWriter(), second, given), Buffer.of(0)]);
    const decoder = new TickDecoder(registry);
    const records = valuesAsRecords([old, evolved]);
    await decoder.prepare(records);
    for (const i of [0, 1]) {
      const tick = emptyTick();
      decoder.decodeInto(records, i, tick);
      expect(tick).toEqual(given);
    }
  });

  it.each([
    ['a new field without a default', [...schemas.tick.fields, { name: 'venue', type: 'string' }], 'venue'],
    ['a field without a default taken away', schemas.tick.fields.filter(({ name }) => name !== 'bid'), 'bid'],
  ])('refuses %s, naming it', async (_what, fields, field) => {
    const subject = subjectOf('ticks');
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
    await registry.register(subject, schemas.tick);

    const refused = registry.register(subject, tickWith(fields));
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`subject ${subject}: the schema is not FULL_TRANSITIVE compatible: Tick.${field}: `);
    expect(await registry.checkCompatible(subject, tickWith(fields))).toMatchObject({ compatible: false });
    expect(await registry.versions(subject)).toHaveLength(1);
  });

  it('refuses a level that there is not, and what is no schema', async () => {
    const subject = subjectOf('ticks');
    await expect(registry.setCompatibility(subject, 'SIDEWAYS')).rejects.toThrow(
      new UserError(`subject ${subject}: the registry knows no compatibility level SIDEWAYS`),
    );
    await expect(registry.register(subject, { type: 'nothing' })).rejects.toThrow(`subject ${subject}: the schema cannot be registered: `);
  });
});

describe('reading', () => {
  it('finds an unknown id unknown, asking once', async () => {
    const line = await startLine();
    const client = new Registry({ url: line.url });
    await expect(client.schemaById(2_000_000_000)).rejects.toThrow(UnknownSchemaError);
    // It is remembered: with the line cut, asking again would be an outage.
    await line.cut();
    await expect(client.schemaById(2_000_000_000)).rejects.toThrow(UnknownSchemaError);
  });

  it('waits out a registry that was stopped: an outage, then the record', async () => {
    const subject = subjectOf('control');
    const id = await registry.register(subject, schemas.control);
    const halt: ControlState = { halted: true, reason: null, requested_by: 'test', requested_at: 1_700_000_000_000 };
    const value = encodeRecord('control', id, halt);

    const line = await startLine();
    const decoder = new RecordDecoder<ControlState>(new Registry({ url: line.url }), schemas.control);
    await line.cut();
    await expect(decoder.prepare([value])).rejects.toThrow(RegistryOutage);
    await line.mend();
    await decoder.prepare([value]);
    expect(decoder.decode(value)).toEqual(halt);
    await line.cut();
    await decoder.prepare([value]);
    expect(decoder.decode(value)).toEqual(halt);
  });
});
