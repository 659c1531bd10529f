import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { describeWithDanfo, FIRST_LOAD_MS } from '../../with-danfo.ts';
import { temporaryFolder } from '../csv/support.ts';

const folder = temporaryFolder();
const source = (...path: string[]) => pathToFileURL(join(packageRoot, 'src', ...path)).href;

/** The package by its name as these sources, not as what was built of them last. */
const FROM_SOURCE = `
  import { registerHooks } from 'node:module';
  const doors = { arbitrex: ${JSON.stringify(source('index.ts'))}, 'arbitrex/frames': ${JSON.stringify(source('frames', 'index.ts'))} };
  registerHooks({ resolve(name, context, next) { return next(doors[name] ?? name, context); } });`;

describeWithDanfo('examples/first-look.ts', () => {
  it(
    'goes from the rates of the package to a page, and finds the streamed matrix in the frame',
    () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [`--import=data:text/javascript,${encodeURIComponent(FROM_SOURCE)}`, join(packageRoot, 'examples', 'first-look.ts'), folder.path],
        { encoding: 'utf8' },
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout).toContain('22250 bars, 22250 tier-1 rows, 890 matrices');
      const [, pairs, cells, difference] = /version 890: (\d+) of (\d+) cells hold a correlation; largest difference (\S+)/.exec(stdout)!;
      expect([pairs, cells]).toEqual(['625', '625']);
      expect(Number(difference)).toBeLessThan(1e-9);
      expect(readdirSync(folder.path).sort()).toEqual(['first-look.html', 'returns.csv']);
      expect(readFileSync(join(folder.path, 'first-look.html'), 'utf8').match(/<svg /g)).toHaveLength(3);
    },
    FIRST_LOAD_MS,
  );
});
