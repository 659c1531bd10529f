import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

/** Packages that a run of the program loads. */
function packagesLoaded(args: readonly string[]): string[] {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) process.stderr.write('package ' + name + '\\n');
      return next(url, context);
    } });`;
  const { stderr } = runCli(args, { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` } });
  return [...new Set([...stderr.matchAll(/^package (.*)$/gm)].map(([, name]) => name!))].sort();
}

describe('the program starts fast because it loads only what it needs', () => {
  it.each([[['--help']], [['--version']], [['topology', '--help']], [['reset', '--help']]])(
    '%j loads commander and nothing else',
    (args) => {
      expect(packagesLoaded(args)).toEqual(['commander']);
    },
  );

  it('printing the topology reads the settings, and loads no client of Kafka or the registry', () => {
    const loaded = packagesLoaded(['topology']);
    expect(loaded).toEqual(expect.arrayContaining(['yaml', 'zod']));
    for (const client of ['kafkajs', 'avsc', '@kafkajs/confluent-schema-registry']) expect(loaded).not.toContain(client);
  });
});
