import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';

/** Imports the library in a process of its own and prints what that loaded. */
const SCRIPT = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const door = await import(${JSON.stringify(pathToFileURL(join(packageRoot, 'src', 'index.ts')).href)});
console.log(JSON.stringify({ loaded, names: Object.keys(door) }));
`;

it('the library comes without the command line and without data frames', () => {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { encoding: 'utf8' });
  const { loaded, names } = JSON.parse(stdout) as { loaded: string[]; names: string[] };
  expect(names).toEqual(expect.arrayContaining(['TickProducer', 'FeatureConsumer', 'TopologyDriver', 'Registry', 'UserError', 'replay']));
  expect(loaded.some((url) => url.endsWith('/src/clients/tick-producer.ts'))).toBe(true);
  expect(loaded.filter((url) => /\/src\/(cli|frames)\/|danfojs|tensorflow|commander|cli-progress/.test(url))).toEqual([]);
});
