/** Platforms of a program's own, in the system's temporary folder, that end with it: of the tests, of the benchmarks. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from './processes.ts';
import { stopPlatform } from './stop.ts';

/**
 * A fresh home named after `prefix` and this process. Homes of the same prefix whose process was killed outright are ended first, with what still
 * runs in them.
 */
export async function makeTemporaryHome(prefix: string): Promise<string> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (!Number.isNaN(owner) && processIdentity(owner) === null) await removeTemporaryHome(join(tmpdir(), name));
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** Stops the platform of a home, if one runs, and removes all of it. */
export async function removeTemporaryHome(home: string): Promise<void> {
  await stopPlatform({ home, deleteData: true });
  rmSync(home, { recursive: true, force: true });
}
