import { randomBytes } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { runCli } from '../../unit/cli/run-cli.ts';
import { openInstallation } from './installation.ts';

describe('arbitrex topology apply and arbitrex reset', () => {
  it('say what they do, as words and as JSON', async () => {
    const { prefix } = await openInstallation();
    const files = { 'arbitrex.yaml': `symbols: [A]\ntopics: { prefix: ${prefix} }` };
    const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
    const run = (...args: string[]) => runCli(args, { files, env });

    const planned = run('topology', 'apply', '--dry-run');
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toMatch(/^would create topic .*ticks with 1 partition$/m);
    expect(planned.stdout).toMatch(/28 changes to make; nothing was changed\n$/);

    const applied = run('topology', 'apply', '--json');
    expect(JSON.parse(applied.stdout)).toMatchObject({ dry_run: false, steps: { length: 28 } });
    expect(run('topology', 'apply').stdout).toBe('nothing to do: topics and schemas are as the settings want them\n');

    const unasked = run('reset');
    expect(unasked.code).toBe(2);
    expect(unasked.stdout).toContain(`keeps ${prefix}ticks, ${prefix}control\n`);
    expect(unasked.stderr).toBe('error: a reset deletes records and there is no terminal to ask on\nhint: add --yes if you mean it\n');

    expect(run('reset', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run('reset', '--yes', '--json').stdout)).toMatchObject({ kept: [`${prefix}ticks`, `${prefix}control`] });
  });

  it('show every difference that they refuse', async () => {
    const { prefix } = await openInstallation();
    const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
    const apply = (symbols: string) =>
      runCli(['topology', 'apply'], { env, files: { 'arbitrex.yaml': `symbols: ${symbols}\ntopics: { prefix: ${prefix} }` } });
    expect(apply('[A, B]').code).toBe(0);
    const { code, stderr } = apply('[B]');
    expect(code).toBe(1);
    expect(stderr).toContain('6 differences:\nsymbols: partition 0: want B, is A: the list may only grow at its end\n');
    expect(stderr).toContain(`topic ${prefix}ticks: partitions: want 1, is 2\nhint: `);
  });

  it('name the registry that does not answer', () => {
    const prefix = `provision-${randomBytes(4).toString('hex')}.`;
    const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' };
    const { code, stderr } = runCli(['topology', 'apply'], {
      env,
      files: { 'arbitrex.yaml': `symbols: [A]\ntopics: { prefix: ${prefix} }` },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*http:\/\/127\.0\.0\.1:1/);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('names a broker that cannot be reached', () => {
    const env = { KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' };
    const { code, stderr } = runCli(['reset', '--yes'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Kafka cannot be reached at 127\.0\.0\.1:1/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
