import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, packageRoot } from '../../src/paths.ts';

/** The peers' programs, beside the repository; null where they are not. */
export function peersFolder(): string | null {
  const folder = join(packageRoot, '..', 'shared', 'peers');
  return existsSync(join(folder, 'run')) ? folder : null;
}

/** Where they build and write, made if need be: never in the repository. */
export function peersWork(): string {
  const work = process.env.PEERS_WORK || cacheFolder('peers');
  mkdirSync(work, { recursive: true });
  return work;
}
