/** Whether the tests that need Docker can run here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { IMAGES } from '../../src/platform/images.ts';

const images = Object.values(IMAGES);

/** Why they cannot, in a few words; null where they can. Nothing is pulled for it. */
export const whyNoDocker: string | null =
  spawnSync('docker', ['image', 'inspect', ...images]).status === 0 ? null : `no Docker engine with ${images.join(' and ')}`;

/** The title of a group of tests that need Docker: says so where it is skipped. */
export function withDocker(title: string): string {
  return whyNoDocker === null ? title : `${title} (skipped: ${whyNoDocker})`;
}

/** What a docker command prints, line by line. */
export function docker(...args: readonly string[]): string[] {
  const output = execFileSync('docker', args, { encoding: 'utf8' }).trim();
  return output === '' ? [] : output.split('\n');
}
