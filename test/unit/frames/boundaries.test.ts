import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';

const door = JSON.stringify(pathToFileURL(join(packageRoot, 'src', 'frames', 'index.ts')).href);

/** Runs a script in a process in which danfojs-node is not installed. */
function withoutDanfo(script: string): unknown {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve(name, context, next) {
         if (name === 'danfojs-node') throw Object.assign(new Error("Cannot find module 'danfojs-node'\\nRequire stack:"), { code: 'MODULE_NOT_FOUND' });
         return next(name, context);
       } });
       const frames = await import(${door});
       ${script}`,
    ],
    { encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

it('the door opens without danfojs-node, and what needs none of it works', () => {
  const names = withoutDanfo('console.log(JSON.stringify(Object.keys(frames)))');
  expect(names).toEqual(
    expect.arrayContaining([
      'topicFrame',
      'replayFrames',
      'readCsvFrame',
      'writeCsvFrame',
      'pivot',
      'correlate',
      'matrixFrame',
      'writeHtml',
    ]),
  );
});

it('a frame without danfojs-node is an error that says what to install', () => {
  const error = withoutDanfo(`
    try { frames.matrixFrame({ symbols: ['A'], rho: [1] }); } catch ({ name, message, hint }) { console.log(JSON.stringify({ name, message, hint })); }`);
  expect(error).toEqual({
    name: 'UserError',
    message: "data frames need danfojs-node: Cannot find module 'danfojs-node'",
    hint: 'docs/research.md says what goes into your package.json; in a checkout, run `npm run frames:install`',
  });
});
