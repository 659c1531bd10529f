import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { resolveOptions } from '../../../src/testcontainers/options.ts';

describe('the options of a KafkaPlatform', () => {
  it('may all be left out: the images of docker-compose.yml, two minutes, names in the network', () => {
    const options = resolveOptions({});
    const compose = readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8');
    expect(Object.values(options.images)).toEqual([...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image));
    expect(options).toMatchObject({
      aliases: { kafka: 'kafka', registry: 'registry' },
      environment: { kafka: {}, registry: {} },
      network: null,
      startupTimeoutMs: 120_000,
    });
    expect(() => options.onLog('a line', 'kafka')).not.toThrow();
  });

  it('are taken one by one, for one service or both', () => {
    const onLog = () => {};
    const options = resolveOptions({
      images: { registry: 'my/registry:1' },
      environment: { kafka: { KAFKA_MESSAGE_MAX_BYTES: '9' } },
      aliases: { kafka: 'kafka-2' },
      startupTimeoutMs: 5_000,
      onLog,
    });
    expect(options.images).toEqual({ kafka: resolveOptions({}).images.kafka, registry: 'my/registry:1' });
    expect(options.environment).toEqual({ kafka: { KAFKA_MESSAGE_MAX_BYTES: '9' }, registry: {} });
    expect(options.aliases).toEqual({ kafka: 'kafka-2', registry: 'registry' });
    expect(options).toMatchObject({ startupTimeoutMs: 5_000, onLog });
  });

  it.each([
    ['KAFKA_ADVERTISED_LISTENERS'],
    ['KAFKA_LISTENERS'],
    ['KAFKA_PROCESS_ROLES'],
    ['KAFKA_CONTROLLER_QUORUM_VOTERS'],
    ['KAFKA_INTER_BROKER_LISTENER_NAME'],
  ])('cannot set %s, which the mapped port depends on', (name) => {
    expect(() => resolveOptions({ environment: { kafka: { [name]: 'x' } } })).toThrow(`environment.kafka: ${name} cannot be set`);
    expect(resolveOptions({ environment: { registry: { [name]: 'x' } } }).environment.registry).toEqual({ [name]: 'x' });
  });

  it('name the variable where a setting of Kafka was given', () => {
    const settings = { environment: { kafka: { 'message.max.bytes': '9' } } };
    expect(() => resolveOptions(settings)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: "KafkaPlatform: environment.kafka: 'message.max.bytes' is not the name of an environment variable",
        hint: "For Kafka's setting message.max.bytes say KAFKA_MESSAGE_MAX_BYTES.",
        exitCode: 2,
      }),
    );
    expect(() => resolveOptions({ environment: { registry: { 'a b': '9' } } })).toThrow("environment.registry: 'a b' is not the name");
  });

  it.each([
    [{ images: { kafka: '' } }, 'images.kafka is empty'],
    [{ aliases: { registry: 'my registry' } }, "aliases.registry: 'my registry' is not a host name"],
    [{ aliases: { registry: 'kafka' } }, "aliases: 'kafka' names both services"],
    [{ startupTimeoutMs: 0 }, 'startupTimeoutMs: 0 is not a time'],
    [{ startupTimeoutMs: Number.NaN }, 'startupTimeoutMs: NaN is not a time'],
    [{ startupTimeoutMs: Number.POSITIVE_INFINITY }, 'startupTimeoutMs: Infinity is not a time'],
  ])('%j is refused', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(message);
  });
});
