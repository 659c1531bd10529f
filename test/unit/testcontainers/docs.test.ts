import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';

describe('docs/testing.md', () => {
  const docs = readFileSync(join(packageRoot, 'docs', 'testing.md'), 'utf8');
  const example = docs.match(/```ts\n(import .*?)```/s)![1]!;

  it('shows the test that test/integration/testcontainers runs', () => {
    const file = readFileSync(join(packageRoot, 'test', 'integration', 'testcontainers', 'example.ts'), 'utf8');
    const code = file.slice(file.indexOf('import'));
    const asUser = code
      .replace("'../../../src/index.ts'", "'arbitrex'")
      .replace("'../../../src/testcontainers/index.ts'", "'arbitrex/testcontainers'");
    // Imports are sorted by their paths, which differ.
    expect(example.split('\n').sort()).toEqual(asUser.split('\n').sort());
  });

  it('keeps it under 20 lines of code', () => {
    expect(example.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(20);
  });
});
