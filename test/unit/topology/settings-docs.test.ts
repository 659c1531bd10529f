import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { settingsReference } from './settings-reference.ts';

const MARK = '<!-- From here on written by: npx vitest run --project unit test/unit/topology/settings-docs.test.ts --update -->';

it('docs/settings.md lists every key with its meaning, what is allowed and its default', async () => {
  const file = join(packageRoot, 'docs', 'settings.md');
  const [prose, rest] = readFileSync(file, 'utf8').split(MARK);
  expect(rest).toBeDefined();
  await expect(`${prose}${MARK}\n\n${settingsReference()}\n`).toMatchFileSnapshot(file);
});
