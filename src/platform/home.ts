import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { HomeOptions } from './types.ts';

/** The folders and files of a platform, all absolute. None need exist. */
export interface Home {
  root: string;
  downloads: string;
  data: string;
  kafkaData: string;
  config: string;
  logs: string;
  /** The running platform; absent when none was started, or it was stopped. */
  platformFile: string;
  /** Kind and ports of the last start, kept for the next. */
  choicesFile: string;
  lockFile: string;
}

/** The layout of a platform's folder: `home`, else ARBITREX_HOME, else `.arbitrex` in the current directory. Creates nothing. */
export function locateHome(options: HomeOptions & { downloads?: string } = {}): Home {
  const env = options.env ?? process.env;
  const root = resolve(options.home ?? (env.ARBITREX_HOME || '.arbitrex'));
  return {
    root,
    downloads: resolve(options.downloads ?? join(root, 'downloads')),
    data: join(root, 'data'),
    kafkaData: join(root, 'data', 'kafka'),
    config: join(root, 'config'),
    logs: join(root, 'logs'),
    platformFile: join(root, 'platform.json'),
    choicesFile: join(root, 'choices.json'),
    lockFile: join(root, 'platform.lock'),
  };
}

/** Creates the folder of a platform, out of sight of git. */
export function createHome(home: Home): void {
  mkdirSync(home.root, { recursive: true });
  writeFileSync(join(home.root, '.gitignore'), '*\n');
}
