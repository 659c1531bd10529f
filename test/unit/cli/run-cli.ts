import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/paths.ts';

/** What a run of the program left behind. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a folder of its own that holds `files`, with an environment that names no cluster and no platform but `env`. */
export function runCli(args: readonly string[], options: { env?: Record<string, string>; files?: Record<string, string> } = {}): CliResult {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-cli-'));
  try {
    for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), text);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageRoot, 'src', 'cli', 'main.ts'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', ...options.env },
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
