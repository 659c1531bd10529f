import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureFolder } from '../../../src/platform/downloads.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('a download', () => {
  it('appears whole, and is not fetched twice', async () => {
    const target = join(temporaryFolder(), 'downloads', 'kafka');
    await ensureFolder(target, async (part) => {
      writeFileSync(join(part, 'a.jar'), 'first');
      expect(existsSync(target)).toBe(false);
    });
    await ensureFolder(target, () => expect.fail('it is there'));
    expect(readFileSync(join(target, 'a.jar'), 'utf8')).toBe('first');
  });

  it('leaves nothing where it fails', async () => {
    const folder = temporaryFolder();
    const failing = ensureFolder(join(folder, 'kafka'), async (part) => {
      writeFileSync(join(part, 'half.jar'), '');
      throw new Error('the line broke');
    });
    await expect(failing).rejects.toThrow('the line broke');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what a killed process left half, and leaves alone what a living one is at', async () => {
    const folder = temporaryFolder();
    // No system gives out a pid of this size.
    mkdirSync(join(folder, 'kafka.part-2000000000-x'));
    mkdirSync(join(folder, `kafka.part-${process.pid}-x`));
    await ensureFolder(join(folder, 'kafka'), async () => {});
    expect(readdirSync(folder).sort()).toEqual(['kafka', `kafka.part-${process.pid}-x`]);
  });

  it('is the first one to finish where two processes fetch the same', async () => {
    const target = join(temporaryFolder(), 'kafka');
    const fetching = (name: string, before: Promise<unknown>) =>
      ensureFolder(target, async (part) => {
        await before;
        writeFileSync(join(part, 'a.jar'), name);
      });
    const quick = fetching('quick', Promise.resolve());
    await Promise.all([quick, fetching('slow', quick)]);
    expect(readFileSync(join(target, 'a.jar'), 'utf8')).toBe('quick');
    expect(readdirSync(join(target, '..'))).toEqual(['kafka']);
  });
});
