import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../src/platform/lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the lock of a platform', () => {
  it('lets one work at a time, and tells the others whom they wait for', async () => {
    const file = join(temporaryFolder(), 'lock');
    const order: string[] = [];
    const secondWaits = Promise.withResolvers<void>();
    const first = withLock(
      file,
      () => order.push('the first waits'),
      async () => {
        order.push('first begins');
        await secondWaits.promise;
        order.push('first ends');
      },
    );
    const second = withLock(
      file,
      (pid) => {
        order.push(`second waits for ${pid === process.pid ? 'this process' : pid}`);
        secondWaits.resolve();
      },
      async () => void order.push('second begins'),
    );
    await Promise.all([first, second]);
    expect(order.toSorted()).toEqual(['first begins', 'first ends', 'second begins', 'second waits for this process']);
    expect(order.indexOf('second begins')).toBeGreaterThan(order.indexOf('first ends'));
    expect(existsSync(file)).toBe(false);
  });

  it('is let go where the work fails', async () => {
    const file = join(temporaryFolder(), 'lock');
    await expect(
      withLock(
        file,
        () => {},
        () => Promise.reject(new Error('no')),
      ),
    ).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('passes over a holder that died, even if its pid is in use again', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, identity: 'a process that had this pid before' }));
    expect(
      await withLock(
        file,
        () => expect.fail('nobody holds it'),
        async () => 'done',
      ),
    ).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });
});
