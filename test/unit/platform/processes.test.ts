import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, processIdentity, spawnDetached, terminate } from '../../../src/platform/processes.ts';
import type { ProcessRef } from '../../../src/platform/types.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A Node process of this test's own that runs `script`. Its log is `program.log` in `folder`. */
async function start(script: string, folder = temporaryFolder()): Promise<ProcessRef> {
  const ref = await spawnDetached({ command: process.execPath, args: ['-e', script], cwd: folder, logFile: join(folder, 'program.log') });
  onTestFinished(() => void terminate(ref!, 0));
  return ref!;
}

const FOR_EVER = 'setInterval(() => {}, 1000)';

describe('a process that was started', () => {
  it('is told from a later one with the same pid, which is never touched', async () => {
    const ref = await start(FOR_EVER);
    const earlier = { pid: ref.pid, identity: 'a process that had this pid before' };
    expect(isAlive(earlier)).toBe(false);
    expect(await terminate(earlier, 0)).toBe('gone');
    expect(isAlive(ref)).toBe(true);
  });

  it('keeps one identity for its life', async () => {
    const ref = await start(FOR_EVER);
    expect(processIdentity(ref.pid)).toBe(ref.identity);
    expect(ref.identity).not.toBe(processIdentity(process.pid));
  });

  it('is asked to end', async () => {
    const ref = await start(FOR_EVER);
    expect(await terminate(ref, 10_000)).toBe('ended');
    expect(isAlive(ref)).toBe(false);
  });

  it('is killed where it does not listen', async () => {
    const folder = temporaryFolder();
    const ref = await start(`process.on('SIGTERM', () => {}); console.log('deaf'); ${FOR_EVER}`, folder);
    await expect.poll(() => readFileSync(join(folder, 'program.log'), 'utf8')).toContain('deaf');
    expect(await terminate(ref, 200)).toBe('killed');
    expect(isAlive(ref)).toBe(false);
  });

  it('writes stdout and stderr to its log; the log of the run before is kept', async () => {
    const folder = temporaryFolder();
    for (const run of ['first', 'second']) {
      const ref = await start(`console.log('${run} out'); console.error('${run} err')`, folder);
      await expect.poll(() => isAlive(ref)).toBe(false);
    }
    expect(readFileSync(join(folder, 'program.log'), 'utf8')).toBe('second out\nsecond err\n');
    expect(readFileSync(join(folder, 'program.log.1'), 'utf8')).toBe('first out\nfirst err\n');
  });

  it('is an error where there is no such program', async () => {
    const folder = temporaryFolder();
    const program = { command: join(folder, 'nothing'), args: [], cwd: folder, logFile: join(folder, 'program.log') };
    await expect(spawnDetached(program)).rejects.toThrow('ENOENT');
  });
});
