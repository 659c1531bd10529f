import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeTick } from '../../../src/codec/encoders.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { Registry } from '../../../src/codec/registry.ts';
import { TickDecoder } from '../../../src/codec/tick-decoder.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import { emptyTick } from '../../../src/domain/tick.ts';
import { UserError } from '../../../src/errors.ts';
import { runCliBeside } from '../../unit/cli/run-cli.ts';
import { valuesAsRecords } from '../../unit/records.ts';
import { makeCertificates, startTlsProxy } from './tls-proxy.ts';

const [username, password, token] = ['desk', 'p:w of the desk', 'a-token'];
const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

describe('the real registry behind TLS of an own authority', () => {
  it.each([
    ['basic authentication', basic, { username, password }],
    ['a bearer token', `Bearer ${token}`, { token }],
  ])('with %s: registers and reads', async (_what, authorization, login) => {
    const certificates = makeCertificates();
    const { url } = await startTlsProxy(certificates, authorization);
    const registry = new Registry({ url, caFile: certificates.caFile, ...login });
    const subject = `access-${randomBytes(4).toString('hex')}-value`;
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
    const id = await registry.register(subject, schemas.tick);
    expect(await registry.register(subject, schemas.tick)).toBe(id);
    expect(await registry.checkCompatible(subject, schemas.tick)).toEqual({ compatible: true, messages: [] });

    const tick = { ...emptyTick(), symbol: 'EURUSD', eventTime: 1, bid: 1.1, ask: 1.2, sourceId: 'desk' };
    const records = valuesAsRecords([encodeTick(new AvroWriter(), id, tick)]);
    // Another process' registry: nothing is remembered.
    const decoder = new TickDecoder(new Registry({ url, caFile: certificates.caFile, ...login }));
    await decoder.prepare(records);
    const read = emptyTick();
    decoder.decodeInto(records, 0, read);
    expect(read).toEqual(tick);
  });

  it('is what the commands reach by the environment', async () => {
    const certificates = makeCertificates();
    const { url } = await startTlsProxy(certificates, basic);
    const run = (password: string) =>
      runCliBeside(['schema', 'list', '--json'], {
        env: {
          SCHEMA_REGISTRY_URL: url,
          SCHEMA_REGISTRY_CA: certificates.caFile,
          SCHEMA_REGISTRY_USERNAME: username,
          SCHEMA_REGISTRY_PASSWORD: password,
        },
      });
    expect(JSON.parse((await run(password)).stdout)).toMatchObject({ registry: url, subjects: { length: 9 } });
    expect(await run('guessed')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `error: the schema registry at ${url} refuses access (401)\nhint: check its user and password, or its token, and what they may do\n`,
    });
  });

  it('refuses who is nobody, and is not trusted without its authority', async () => {
    const certificates = makeCertificates();
    const { url } = await startTlsProxy(certificates, basic);
    const nobody = new Registry({ url, caFile: certificates.caFile });
    await expect(nobody.register('access-value', schemas.tick)).rejects.toThrow(UserError);
    await expect(nobody.schemaById(1)).rejects.toThrow(`the schema registry at ${url} refuses access (401)`);

    const untrusting = new Registry({ url, username, password });
    await expect(untrusting.ping()).rejects.toThrow(UserError);
    await expect(untrusting.ping()).rejects.toThrow(`the certificate of the schema registry at ${url} is not trusted: `);
  });
});
