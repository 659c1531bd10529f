import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';

const packageJson = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string; default: string } | string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

/** Runs a script where testcontainers is not installed, as for most users of the package. */
function withoutTestcontainers(script: string): string {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name !== 'testcontainers') return next(name, context);
      throw Object.assign(new Error("Cannot find package 'testcontainers'"), { code: 'ERR_MODULE_NOT_FOUND' });
    } });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', `${hook}\n${script}`], { encoding: 'utf8' });
  return stdout || stderr;
}

function urlOf(file: string): string {
  return JSON.stringify(pathToFileURL(join(packageRoot, 'src', file)).href);
}

describe('arbitrex/testcontainers', () => {
  it('is an entry point of the package, built from src/testcontainers', () => {
    const entry = packageJson.exports['./testcontainers'] as { types: string; default: string };
    expect(entry).toEqual({ types: './dist/src/testcontainers/index.d.ts', default: './dist/src/testcontainers/index.js' });
    expect(existsSync(join(packageRoot, entry.default.replace('./dist/', '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('has its library as an optional peer: who does not use it does not install it', () => {
    expect(packageJson.peerDependencies).toHaveProperty('testcontainers');
    expect(packageJson.peerDependenciesMeta.testcontainers).toEqual({ optional: true });
    expect(packageJson.dependencies).not.toHaveProperty('testcontainers');
  });

  it('alone imports testcontainers, and nothing else in the package imports it', () => {
    const files = globSync(['src/**/*.ts', 'topology/**/*.ts', 'scripts/**/*.ts'], { cwd: packageRoot });
    expect(files.length).toBeGreaterThan(100);
    const importers = files.filter((file) => /(?:from|import\() ?'[^']*testcontainers/.test(readFileSync(join(packageRoot, file), 'utf8')));
    expect(importers).toContain(join('src', 'testcontainers', 'options.ts'));
    expect(importers.filter((file) => relative(join('src', 'testcontainers'), file).startsWith('..'))).toEqual([]);
  });

  it('is not needed by the library', () => {
    expect(withoutTestcontainers(`console.log(typeof (await import(${urlOf('index.ts')})).TickProducer)`)).toBe('function\n');
  });

  it('can be imported without its library, and says so when a platform is started', () => {
    const script = `
      const { KafkaPlatform } = await import(${urlOf('testcontainers/index.ts')});
      await KafkaPlatform.start().catch(({ name, hint }) => console.log(name + ': ' + hint));`;
    expect(withoutTestcontainers(script)).toBe('UserError: npm install --save-dev testcontainers\n');
  });
});
