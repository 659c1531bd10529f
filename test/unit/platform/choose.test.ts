import { describe, expect, it } from 'vitest';
import { chooseKind, externalPlatform, type Probes, type Wishes } from '../../../src/platform/choose.ts';

/** A machine that can do what is listed, and what it was asked and told. */
function machine(can: { docker?: boolean; embedded?: boolean }) {
  const asked: string[] = [];
  const notes: string[] = [];
  const probes: Probes = {
    whyNotDocker: async () => {
      asked.push('docker');
      return can.docker ? null : 'no Docker engine answers';
    },
    missingForEmbedded: async () => {
      asked.push('embedded');
      return can.embedded ? null : 'a JDK 21 or later, and Maven (mvn in PATH)';
    },
    note: (text) => notes.push(text),
  };
  const choose = (wishes: Partial<Wishes> = {}) => chooseKind({ platform: undefined, last: null, env: {}, ...wishes }, probes);
  return { choose, asked, notes };
}

const EXTERNAL = { KAFKA_BROKERS: 'kafka:9092', SCHEMA_REGISTRY_URL: 'http://registry' };

describe('the way to run the platform', () => {
  it('is external where the environment names brokers and registry, and the machine is not even asked', async () => {
    const { choose, asked } = machine({ docker: true, embedded: true });
    expect(await choose({ env: EXTERNAL })).toBe('external');
    expect(asked).toEqual([]);
  });

  it('is Docker where an engine answers', async () => {
    const { choose, notes } = machine({ docker: true, embedded: true });
    expect(await choose()).toBe('docker');
    expect(notes).toEqual([]);
  });

  it('is embedded where Docker cannot, and says so in one line', async () => {
    const { choose, notes } = machine({ embedded: true });
    expect(await choose()).toBe('embedded');
    expect(notes).toEqual(['Docker is not used: no Docker engine answers; Kafka and the registry run as Java processes']);
  });

  it('names what is missing and what to install where nothing works', async () => {
    await expect(machine({}).choose()).rejects.toMatchObject({
      name: 'NothingRunsKafka',
      message: expect.stringMatching(/no Docker engine answers.*a JDK 21 or later, and Maven/),
      hint: 'Install a JDK 21 or later and Maven; or Docker with its compose plugin.',
    });
  });

  it('stays with the way that holds the data, even if Docker has come since', async () => {
    const { choose, asked } = machine({ docker: true, embedded: true });
    expect(await choose({ last: 'embedded' })).toBe('embedded');
    expect(asked).toEqual(['embedded']);
  });

  it('leaves the way that holds the data where it no longer works, and says where the data is', async () => {
    expect(await machine({ docker: true }).choose({ last: 'embedded' })).toBe('docker');
    const { choose, notes } = machine({ embedded: true });
    expect(await choose({ last: 'docker' })).toBe('embedded');
    expect(notes.at(-1)).toContain('stays in its Docker volume');
  });

  it('is the forced one, by option before variable, whatever else is there', async () => {
    const both = machine({ docker: true, embedded: true });
    expect(await both.choose({ platform: 'embedded' })).toBe('embedded');
    expect(await both.choose({ env: { ...EXTERNAL, ARBITREX_PLATFORM: 'embedded' } })).toBe('embedded');
    expect(await both.choose({ platform: 'docker', env: { ARBITREX_PLATFORM: 'embedded' }, last: 'embedded' })).toBe('docker');
  });

  it('is an error where the forced one cannot work: no other is taken in its place', async () => {
    await expect(machine({ embedded: true }).choose({ platform: 'docker' })).rejects.toThrow('Docker cannot run the platform');
    await expect(machine({ docker: true }).choose({ platform: 'embedded' })).rejects.toThrow('missing: a JDK 21 or later');
    await expect(machine({ docker: true }).choose({ env: { ARBITREX_PLATFORM: 'podman' } })).rejects.toMatchObject({
      message: "ARBITREX_PLATFORM: 'podman' is not a way to run the platform",
      exitCode: 2,
    });
  });
});

describe('the platform that the environment names', () => {
  it('is a list of brokers and a registry', () => {
    expect(externalPlatform({ KAFKA_BROKERS: ' a:1, b:2,', SCHEMA_REGISTRY_URL: 'http://r' })).toEqual({
      brokers: ['a:1', 'b:2'],
      registryUrl: 'http://r',
    });
  });

  it('is none where nothing is set, and an error where half of it is', () => {
    expect(externalPlatform({ KAFKA_BROKERS: '' })).toBeNull();
    expect(() => externalPlatform({ KAFKA_BROKERS: 'a:1' })).toThrow('KAFKA_BROKERS is set, but SCHEMA_REGISTRY_URL is not');
    expect(() => externalPlatform({ SCHEMA_REGISTRY_URL: 'http://r' })).toThrow('SCHEMA_REGISTRY_URL is set, but KAFKA_BROKERS is not');
  });
});
