import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { isAlive, refOf } from './processes.ts';
import type { ProcessRef } from './types.ts';

/** How long a command waits for another that is at work in the same folder; a first download over a slow line takes minutes. */
const WAIT_MS = 15 * 60_000;

/**
 * Runs `work` while no other process does the same with `lockFile`; waits for its turn, telling `onWait` the holder's pid once. A holder that died
 * without letting go is passed over. Throws UserError after a quarter of an hour.
 */
export async function withLock<T>(lockFile: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  await acquire(lockFile, onWait);
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function acquire(lockFile: string, onWait: (pid: number) => void): Promise<void> {
  const end = performance.now() + WAIT_MS;
  let told = false;
  while (!tryAcquire(lockFile)) {
    const holder = readHolder(lockFile);
    if (holder === null) continue;
    if (!isAlive(holder)) {
      removeStale(lockFile, holder);
      continue;
    }
    if (performance.now() > end) {
      throw new UserError(`another arbitrex (process ${holder.pid}) is still at work in this folder`, {
        hint: `Wait for it to end, or end it, then try again. Its lock: ${lockFile}`,
      });
    }
    if (!told) onWait(holder.pid);
    told = true;
    await sleep(100);
  }
}

/** Linking a finished file into place is atomic: nobody ever sees a lock without its holder. */
function tryAcquire(lockFile: string): boolean {
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(refOf(process.pid)));
  try {
    linkSync(mine, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine);
  }
}

function readHolder(lockFile: string): ProcessRef | null {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as ProcessRef;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Two may find the same dead holder: whoever moves a lock away that has meanwhile become another's puts it back. */
function removeStale(lockFile: string, dead: ProcessRef): void {
  const aside = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, aside);
    const moved = readHolder(aside);
    if (moved !== null && (moved.pid !== dead.pid || moved.identity !== dead.identity)) linkSync(aside, lockFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
