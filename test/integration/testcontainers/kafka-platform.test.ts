import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { silentLog } from '../../../src/log.ts';
import { IMAGES } from '../../../src/platform/images.ts';
import { KafkaPlatform, type KafkaPlatformOptions } from '../../../src/testcontainers/index.ts';
import { PLATFORM_LABEL } from '../../../src/testcontainers/service-container.ts';
import { docker, whyNoDocker, withDocker } from '../docker.ts';

/** Ids of the containers of all platforms; the tests' own one may be among them. */
function containers(): string[] {
  return docker('ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${PLATFORM_LABEL}`);
}

/** Names of the networks that testcontainers has made. */
function networks(): string[] {
  return docker('network', 'ls', '--format', '{{.Name}}', '--filter', 'label=org.testcontainers=true');
}

/** Names of the volumes of a container. */
function volumesOf(container: string): string[] {
  return docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', container).filter((name) => name !== '');
}

async function topicsOf(brokers: string[], names: string[]): Promise<string[]> {
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'platform-test' }, silentLog);
  return [...(await admin.describeTopics(names).finally(() => admin.close())).keys()];
}

describe.skipIf(whyNoDocker !== null)(withDocker('the test that docs/testing.md shows'), async () => {
  await import('./example.ts');
});

describe.skipIf(whyNoDocker !== null)(withDocker('a KafkaPlatform'), () => {
  it('is gone with all it had once it is stopped, however often', async () => {
    const before = { containers: containers(), networks: networks() };
    const platform = await KafkaPlatform.start();
    const own = containers().filter((id) => !before.containers.includes(id));
    expect(own).toHaveLength(2);
    expect(networks()).toContain(platform.network.getName());
    const volumes = own.flatMap(volumesOf);
    expect(volumes.length).toBeGreaterThan(0);
    expect(platform.clientEnvironment).toEqual({ KAFKA_BROKERS: platform.brokers[0], SCHEMA_REGISTRY_URL: platform.registryUrl });
    expect(await (await fetch(`${platform.registryUrl}/subjects`)).json()).toEqual([]);
    expect(await topicsOf(platform.brokers, ['ticks'])).toEqual([]);

    await Promise.all([platform.stop(), platform.stop()]);
    await platform[Symbol.asyncDispose]();
    expect(containers()).toEqual(before.containers);
    expect(networks()).toEqual(before.networks);
    const left = docker('volume', 'ls', '--quiet');
    expect(volumes.filter((name) => left.includes(name))).toEqual([]);
  });

  describe('that is told how', () => {
    const log: Record<'kafka' | 'registry', string[]> = { kafka: [], registry: [] };
    let host: KafkaPlatform;
    let guest: KafkaPlatform;

    beforeAll(async () => {
      host = await KafkaPlatform.start();
      guest = await KafkaPlatform.start({
        network: host.network,
        aliases: { kafka: 'kafka-2', registry: 'registry-2' },
        // Through the network: the registry of the guest keeps its schemas in the Kafka of the host.
        environment: {
          kafka: { KAFKA_NUM_PARTITIONS: '7' },
          registry: {
            APICURIO_STORAGE_KIND: 'kafkasql',
            APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: host.brokersInNetwork.join(','),
            APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT: '500',
          },
        },
        onLog: (line, service) => void log[service].push(line),
      });
    });
    afterAll(async () => {
      await guest?.stop();
      await host?.stop();
    });

    it('joins a network, where others reach it by its names', async () => {
      expect(guest.brokersInNetwork).toEqual(['kafka-2:19092']);
      expect(guest.registryUrlInNetwork).toBe('http://registry-2:8080/apis/ccompat/v7');
      expect(await topicsOf(host.brokers, ['kafkasql-journal'])).toEqual(['kafkasql-journal']);
      expect(await topicsOf(guest.brokers, ['kafkasql-journal'])).toEqual([]);
    });

    it('sets up Kafka, and tells what both services log', () => {
      expect(log.kafka.map((line) => line.trim())).toContain('num.partitions = 7');
      expect(log.registry.join('\n')).toContain('Quarkus');
    });

    it('leaves a network that it only joined', async () => {
      await guest.stop();
      expect(networks()).toContain(host.network.getName());
      expect(await topicsOf(host.brokers, ['kafkasql-journal'])).toEqual(['kafkasql-journal']);
    });
  });
});

describe.skipIf(whyNoDocker !== null)(withDocker('a KafkaPlatform that cannot start'), () => {
  /** Starts one that must not come about; nothing of it may be left. */
  async function failureOf(options: KafkaPlatformOptions): Promise<{ name: string; message: string; hint?: string }> {
    const before = { containers: containers(), networks: networks() };
    const failure = await KafkaPlatform.start(options).then(
      () => expect.unreachable('it started'),
      (error: Error) => error,
    );
    expect(containers()).toEqual(before.containers);
    expect(networks()).toEqual(before.networks);
    return failure;
  }

  it('shows what Kafka died of', async () => {
    expect(await failureOf({ environment: { kafka: { KAFKA_LOG_RETENTION_MS: 'soon' } } })).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Kafka did not start: its container ended\. The end of its log:\n {2}\|.*log\.retention\.ms/s),
    });
  });

  it('shows what the registry died of', async () => {
    expect(await failureOf({ environment: { registry: { JAVA_OPTS_APPEND: '-Xmx1k' } } })).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^the schema registry did not start: .* The end of its log:\n.*heap/s),
    });
  });

  it('says that a service takes too long', async () => {
    expect((await failureOf({ startupTimeoutMs: 1 })).message).toMatch(/^(Kafka|the schema registry) did not start: no answer within 0 s/);
  });

  it('shows that an image is not one of Kafka', async () => {
    expect((await failureOf({ images: { kafka: IMAGES.registry } })).message).toMatch(
      /^Kafka did not start: its container ended\..*not found/s,
    );
  });

  it('names the image that cannot be pulled', async () => {
    expect(await failureOf({ images: { kafka: 'arbitrex/no-such-image:0' } })).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^the image arbitrex\/no-such-image:0 cannot be pulled/),
      hint: 'Try it by hand: docker pull arbitrex/no-such-image:0',
    });
  });
});
