import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { run } from '../../../src/platform/commands.ts';
import { anyFreePort } from '../../../src/platform/ports.ts';
import { docker, whyNoDocker, withDocker } from '../docker.ts';
import { findMark, leaveMark } from './local-platform.ts';

/** What README and docs/platform.md say to type, in this checkout, under a name and on ports of this run's own. */
const project = `arbitrex-test-${process.pid}`;
const LIMIT_MS = 300_000;

describe.skipIf(whyNoDocker !== null)(withDocker('docker compose up -d --wait'), () => {
  let env: NodeJS.ProcessEnv;
  let addresses: { brokers: string[]; registryUrl: string };

  /** Runs `docker compose` in the folder of docker-compose.yml; throws with what it said where it fails. */
  async function compose(...args: readonly string[]): Promise<void> {
    const { code, output } = await run('docker', ['compose', ...args], { cwd: packageRoot, env, timeoutMs: LIMIT_MS });
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')}: ${output}`);
  }

  /** What Docker holds of this project. */
  function left(what: 'container' | 'network' | 'volume'): string[] {
    const all = what === 'container' ? ['--all'] : [];
    return docker(what, 'ls', ...all, '--quiet', '--filter', `label=com.docker.compose.project=${project}`);
  }

  beforeAll(async () => {
    const [kafka, registry] = [await anyFreePort(), await anyFreePort()];
    env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: project,
      ARBITREX_KAFKA_PORT: String(kafka),
      ARBITREX_REGISTRY_PORT: String(registry),
    };
    addresses = { brokers: [`127.0.0.1:${kafka}`], registryUrl: `http://127.0.0.1:${registry}/apis/ccompat/v7` };
    await compose('up', '-d', '--wait');
  }, LIMIT_MS);
  afterAll(() => compose('down', '--volumes', '--timeout', '0'), LIMIT_MS);

  it('returns when both answer on the ports that the environment names', async () => {
    await leaveMark(addresses);
    expect(await findMark(addresses)).toEqual({ partitions: 3, subjects: ['mark-value'] });
  });

  it('changes nothing where all runs', async () => {
    const before = left('container');
    expect(before).toHaveLength(2);
    await compose('up', '-d', '--wait');
    expect(left('container')).toEqual(before);
  });

  it('keeps topics and schemas over a down and up, and nothing over a down -v', { timeout: LIMIT_MS }, async () => {
    await compose('down');
    expect([left('container'), left('network')]).toEqual([[], []]);
    expect(left('volume')).toHaveLength(1);
    await compose('up', '-d', '--wait');
    expect(await findMark(addresses)).toEqual({ partitions: 3, subjects: ['mark-value'] });
    await compose('down', '-v');
    expect([left('container'), left('network'), left('volume')]).toEqual([[], [], []]);
  });
});
