import { hostname, userInfo } from 'node:os';
import { expect, inject, it, onTestFinished } from 'vitest';
import { runCli } from '../../unit/cli/run-cli.ts';
import { Installation } from '../worker/installation.ts';

const ME = `${userInfo().username}@${hostname()}`;

/** Runs commands against an installation of two listed symbols and a shared partition. */
async function commandLine(): Promise<(...args: string[]) => ReturnType<typeof runCli>> {
  const installation = await Installation.open({ symbols: ['EURUSD', 'GBPUSD'], shared_partitions: 1 }, onTestFinished);
  const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
  return (...args) => runCli(args, { files: { 'arbitrex.yaml': JSON.stringify(installation.file) }, env });
}

it('halt and resume say what they did, who did what before them, and what is left halted', async () => {
  const run = await commandLine();
  expect(run('halt', '--list')).toEqual({ code: 0, stdout: 'nothing is halted\n', stderr: '' });
  expect(run('resume').stdout).toBe('there was nothing to resume\n');

  expect(run('halt', '--symbol', 'EURUSD', '--reason', 'bad feed')).toEqual({
    code: 0,
    stdout: 'halted EURUSD\nworkers stop within a second and keep what they have; go on with: arbitrex resume --symbol EURUSD\n',
    stderr: '',
  });
  expect(run('halt', '--symbol', 'EURUSD', '--reason', 'again').stdout).toMatch(
    /^EURUSD is halted already, since 20\d\d-\S+Z by \S+@\S+: bad feed\n$/,
  );
  expect(run('halt').stdout).toContain('halted everything\n');
  expect(JSON.parse(run('halt', '--list', '--json').stdout)).toMatchObject({
    halts: [
      { symbol: 'EURUSD', by: ME, reason: 'bad feed' },
      { symbol: '*', by: ME, reason: null },
    ],
  });

  const resumed = run('resume', '--symbol', 'EURUSD', 'GBPUSD').stdout;
  expect(resumed).toMatch(/^GBPUSD was not halted by name\nresumed EURUSD, halted since \S+ by \S+: bad feed\n/);
  expect(resumed).toMatch(/^EURUSD is not emitted before everything is resumed too$/m);
  expect(resumed).toMatch(/^still halted: everything, since \S+ by \S+$/m);
  expect(run('resume').stdout).toMatch(/^resumed everything, halted since/);
  expect(run('halt', '--list').stdout).toBe('nothing is halted\n');
});

it('a mistyped symbol halts nothing, and the one that was meant is named', async () => {
  const run = await commandLine();
  expect(run('halt', '--symbol', 'EURUSD', 'GBPSUD')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: there is no symbol GBPSUD: it is not in the settings and has not ticked; nothing was changed\nhint: did you mean GBPUSD?\n',
  });
  expect(run('halt', '--list').stdout).toBe('nothing is halted\n');
});

it('without topics it says what to do first', () => {
  const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
  const files = { 'arbitrex.yaml': 'symbols: [A]\ntopics: { prefix: nobody-made-these. }' };
  const { code, stderr } = runCli(['halt'], { env, files });
  expect(code).toBe(1);
  expect(stderr).toBe('error: Kafka has no topic nobody-made-these.control\nhint: run `arbitrex topology apply`\n');
});
