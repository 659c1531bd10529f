import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LineFile } from '../../../src/csv/line-file.ts';
import { temporaryFolder } from './support.ts';

const files = temporaryFolder();

it('a result file stands under its name only when it is whole', () => {
  const path = join(files.path, 'clean.csv');
  const file = new LineFile(path);
  const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} é`);
  for (const line of lines) file.write(line);
  expect(existsSync(path)).toBe(false);
  file.finish();
  expect(file.lines).toBe(50_000);
  expect(readFileSync(path, 'utf8')).toBe(`${lines.join('\n')}\n`);
  expect(existsSync(`${path}.part`)).toBe(false);
});

it('a result file that is given up leaves nothing behind', () => {
  const path = join(files.path, 'tier1.csv');
  const file = new LineFile(path);
  file.write('half');
  file.discard();
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
});
