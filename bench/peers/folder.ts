import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';

/** The peers' programs, beside the repository; null where they are not. */
export function peersFolder(): string | null {
  const folder = join(packageRoot, '..', 'shared', 'peers');
  return existsSync(join(folder, 'run')) ? folder : null;
}

/** Where they build and write, made if need be: never in the repository. */
export function peersWork(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const work = process.env.PEERS_WORK || join(cache, 'arbitrex', 'peers');
  mkdirSync(work, { recursive: true });
  return work;
}
