import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { runCli } from './run-cli.ts';

describe('arbitrex', () => {
  it('prints the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    expect(runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints help for itself and for every command, with the options that all of them take', () => {
    const help = runCli(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^ {2}topology /m);
    const ofReset = runCli(['reset', '--help']);
    expect(ofReset.stdout).toMatch(/--yes .*\n(.*\n)*Global Options:\n(.*\n)* +--settings <file>/);
  });

  it.each([
    ['no command', [], 'Usage: arbitrex'],
    ['an unknown command', ['topolgy'], "error: unknown command 'topolgy'\n(Did you mean topology?)"],
    ['an unknown option', ['topology', '--formt', 'json'], "error: unknown option '--formt'\n(Did you mean --format?)"],
    ['an option that is not allowed', ['topology', '--format', 'svg'], 'Allowed choices are text, mermaid, json.'],
    ['one argument too many', ['reset', 'now'], 'too many arguments'],
  ])('says what is wrong with its usage and ends with 2: %s', (_, args, message) => {
    const { code, stdout, stderr } = runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('takes its options before and after the command', () => {
    const files = { 'mine.yaml': 'symbols: [XAUUSD]' };
    const before = runCli(['--json', '--settings', 'mine.yaml', 'topology'], { files });
    const after = runCli(['topology', '--settings', 'mine.yaml', '--json'], { files });
    expect(JSON.parse(before.stdout).partitioning.symbols).toEqual(['XAUUSD']);
    expect(after).toEqual(before);
  });

  it('hands an option of its own on to a command that declares it too', () => {
    const { code, stdout } = runCli(['status', '--json']);
    expect({ code, kind: JSON.parse(stdout).kind }).toEqual({ code: 1, kind: null });
    expect(runCli(['--json', 'status']).stdout.length).toBe(stdout.length);
  });

  it('reads ./arbitrex.yaml where no settings file is named, else the one of the package', () => {
    const symbols = (files?: Record<string, string>) => {
      const { stdout } = runCli(['topology', '--json'], files === undefined ? {} : { files });
      return JSON.parse(stdout).partitioning.symbols;
    };
    expect(symbols({ 'arbitrex.yaml': 'symbols: [XAUUSD]' })).toEqual(['XAUUSD']);
    expect(symbols()).toHaveLength(28);
  });

  it('says in words what is wrong with the settings, without a stack trace', () => {
    const missing = runCli(['topology', '--settings', 'nowhere.yaml']);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(/^error: there is no settings file nowhere\.yaml\nhint: .*\n$/);
    const wrong = runCli(['topology'], { files: { 'arbitrex.yaml': 'symbols: [A]\nprice: x\n' } });
    expect(wrong).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: arbitrex.yaml:2: price: expected mid, bid, ask or last, got "x"\nhint: docs/settings.md explains every key\n',
    });
    const debug = runCli(['topology', '--debug'], { files: { 'arbitrex.yaml': 'symbols: [A]\nprice: x\n' } });
    expect(debug.stderr).toMatch(/^ +at .*settings-file/m);
  });

  it('says that no Kafka is configured, and how to configure one', () => {
    const { code, stderr } = runCli(['topology', 'apply']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: no Kafka configured\nhint: run `arbitrex up`, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL/);
  });
});

describe('arbitrex topology', () => {
  it('prints tables, a Mermaid flowchart or JSON', () => {
    expect(runCli(['topology']).stdout).toMatch(/^Topics\n/);
    expect(runCli(['topology', '--format', 'mermaid']).stdout).toMatch(/^flowchart LR\n/);
    expect(JSON.parse(runCli(['topology', '--format', 'json']).stdout).topics).toHaveLength(9);
  });

  it('prints a variant by its suffix, wherever that stands', () => {
    const names = (...args: string[]) => JSON.parse(runCli([...args, '--json']).stdout).topics.map(({ name }: { name: string }) => name);
    expect(names('topology', '--suffix', 'b')).toEqual(expect.arrayContaining(['ticks', 'clean-ohlcv-b', 'dead-letters-b', 'control']));
  });

  it('refuses a suffix that is none, in a command of its own and in one below', () => {
    expect(runCli(['topology', 'apply', '--suffix', 'B'])).toMatchObject({ code: 2, stdout: '' });
    expect(runCli(['run', '--suffix', 'main']).stderr).toMatch(/^error: "main" cannot be a suffix\nhint: 1 to 16 small letters/);
  });
});

describe('arbitrex features compare', () => {
  const files = { 'a.yaml': 'symbols: [A]', 'b.yaml': 'symbols: [A]\nfeatures: { norm_window: 90 }' };

  it('compares two settings files without a cluster, with the exit codes of diff', () => {
    const different = runCli(['features', 'compare', 'a.yaml', 'b.yaml'], { files });
    expect(different).toMatchObject({ code: 1, stderr: '' });
    expect(different.stdout).toMatch(/^features\.norm_window +60 +90\n\nthey differ\n$/m);
    const equal = runCli(['features', 'compare', 'a.yaml', 'a.yaml', '--json'], { files });
    expect(equal).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(equal.stdout)).toMatchObject({ equal: true, settings: [] });
  });

  it.each([
    [['a.yaml', 'b'], 'error: a.yaml is a settings file and has no records\nhint: name its pipeline too, as in b=a.yaml'],
    [['a.yaml', 'absent.yaml'], 'error: there is no settings file absent.yaml'],
    [['main', 'B'], 'error: "B" cannot be a suffix'],
    [['main', 'b'], 'error: no Kafka configured'],
  ])('ends with 2 where it cannot: %j', (args, message) => {
    const { code, stdout, stderr } = runCli(['features', 'compare', ...args], { files });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
