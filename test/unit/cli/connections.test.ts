import { describe, expect, it } from 'vitest';
import { type LocalPlatform, resolveConnections } from '../../../src/cli/context.ts';
import { parseSettings } from '../../../topology/settings.ts';

const settingsOf = (yaml = '') => parseSettings(`symbols: [A]\n${yaml}`, 'settings.yaml');
const FILE = `
kafka:
  brokers: [file:9092]
  client_id: desk
  ssl: { ca_file: ca.pem }
  sasl: { mechanism: scram-sha-512, username: me, password: from-file }
registry: { url: 'http://file:8081', username: me, token: t1 }`;
const platform: LocalPlatform = { brokers: ['127.0.0.1:9092'], registryUrl: 'http://127.0.0.1:8081' };
const running = async () => platform;
const none = async () => null;

describe('where Kafka and the registry are', () => {
  it('is in the settings file', async () => {
    expect(await resolveConnections(settingsOf(FILE), {}, none)).toEqual({
      connection: {
        brokers: ['file:9092'],
        clientId: 'desk',
        ssl: { caFile: 'ca.pem' },
        sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'from-file' },
      },
      registryConnection: { url: 'http://file:8081', username: 'me', token: 't1' },
    });
  });

  it('is in the environment first, key by key', async () => {
    const env = {
      KAFKA_BROKERS: 'env:1,env:2',
      KAFKA_SSL: 'false',
      KAFKA_SASL_PASSWORD: 'from-env',
      SCHEMA_REGISTRY_URL: 'http://env:8081',
      SCHEMA_REGISTRY_PASSWORD: 'p',
      SCHEMA_REGISTRY_CA: 'registry.pem',
    };
    expect(await resolveConnections(settingsOf(FILE), env, none)).toEqual({
      connection: {
        brokers: ['env:1', 'env:2'],
        clientId: 'desk',
        ssl: false,
        sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'from-env' },
      },
      registryConnection: { url: 'http://env:8081', username: 'me', password: 'p', token: 't1', caFile: 'registry.pem' },
    });
  });

  it('an empty variable is as good as none', async () => {
    const env = { KAFKA_BROKERS: '', KAFKA_SASL_PASSWORD: '', SCHEMA_REGISTRY_URL: '' };
    const { connection, registryConnection } = await resolveConnections(settingsOf(FILE), env, none);
    expect(connection).toMatchObject({ brokers: ['file:9092'], sasl: { password: 'from-file' } });
    expect(registryConnection.url).toBe('http://file:8081');
  });

  it('is the running local platform where nothing else says', async () => {
    expect(await resolveConnections(settingsOf(), {}, running)).toEqual({
      connection: { brokers: ['127.0.0.1:9092'], clientId: 'arbitrex', ssl: false },
      registryConnection: { url: 'http://127.0.0.1:8081' },
    });
  });

  it('is nowhere: the error says how to change that', async () => {
    await expect(resolveConnections(settingsOf(), {}, none)).rejects.toMatchObject({
      message: 'no Kafka configured',
      hint: expect.stringContaining('arbitrex up'),
    });
  });

  it("is never another cluster's registry: the local one does not stand in for it", async () => {
    await expect(resolveConnections(settingsOf(), { KAFKA_BROKERS: 'env:1' }, running)).rejects.toMatchObject({
      message: 'no schema registry configured',
      hint: expect.stringContaining('SCHEMA_REGISTRY_URL'),
    });
  });

  it('a login needs its password from somewhere', async () => {
    const settings = settingsOf('kafka: { brokers: [a:1], sasl: { mechanism: plain, username: me } }\nregistry: { url: http://a }');
    await expect(resolveConnections(settings, {}, none)).rejects.toThrow('KAFKA_SASL_PASSWORD is not set');
  });
});
