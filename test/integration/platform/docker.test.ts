import { afterAll, describe, expect, it } from 'vitest';
import { platformStatus, readPlatformFile } from '../../../src/platform/index.ts';
import { docker, whyNoDocker, withDocker } from '../docker.ts';
import { findMark, LocalPlatform, leaveMark } from './local-platform.ts';

describe.skipIf(whyNoDocker !== null)(withDocker('the platform in Docker'), () => {
  const local = new LocalPlatform('docker');
  afterAll(() => local.remove());

  it('starts healthy containers, published on loopback alone', async () => {
    const platform = await local.startOnFreePorts();
    expect(platform).toMatchObject({ kind: 'docker', alreadyRunning: false });
    expect(await platformStatus({ home: local.home, env: {} })).toMatchObject({
      kind: 'docker',
      kafka: { answers: true },
      registry: { answers: true },
    });
    const project = readPlatformFile({ home: local.home })!.composeProject;
    const published = docker('ps', '--filter', `label=com.docker.compose.project=${project}`, '--format', '{{.Ports}}');
    const addresses = published.join('\n').match(/\S+(?=->)/g);
    expect(addresses).toHaveLength(2);
    for (const address of addresses!) expect(address).toMatch(/^127\.0\.0\.1:/);
    await leaveMark(platform);
    expect((await local.start()).alreadyRunning).toBe(true);
  });

  it('keeps topics, schemas and ports over a stop', async () => {
    const before = readPlatformFile({ home: local.home })!;
    expect(await local.stop()).toMatchObject({ kind: 'docker' });
    expect(readPlatformFile({ home: local.home })).toBeNull();
    const platform = await local.start();
    expect(platform).toMatchObject({ brokers: before.brokers, registryUrl: before.registryUrl });
    expect(await findMark(platform)).toEqual({ partitions: 3, subjects: ['mark-value'] });
  });
});
