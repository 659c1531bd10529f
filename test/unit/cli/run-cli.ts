import { execFile, spawnSync } from 'node:child_process';
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

interface CliOptions {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
}

const PROGRAM = join(packageRoot, 'src', 'cli', 'main.ts');

/** Runs the program in a folder of its own that holds `files`, with an environment that names no cluster and no platform but `env`. */
export function runCli(args: readonly string[], options: CliOptions = {}): CliResult {
  const cwd = makeFolder(options);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd,
      env: environment(options),
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** As runCli, while this process goes on: for a program that asks a server of the test. */
export async function runCliBeside(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const cwd = makeFolder(options);
  const { promise, resolve } = Promise.withResolvers<CliResult>();
  const child = execFile(process.execPath, [PROGRAM, ...args], { cwd, env: environment(options) }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise.finally(() => rmSync(cwd, { recursive: true }));
}

function makeFolder({ files = {} }: CliOptions): string {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-cli-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function environment({ env }: CliOptions): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '', ...env };
}
