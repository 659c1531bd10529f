import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import type { TaskStep } from '../../../src/runtime/ports.ts';
import type { Installation } from './installation.ts';

/**
 * Runs a worker in a process of its own that is killed (SIGKILL) when its tasks come to `step` for the `count`-th time. Throws, with what it
 * wrote, where it ended in any other way.
 */
export async function runUntilKilled(installation: Installation, step: TaskStep, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-worker-'));
  try {
    const settingsFile = join(folder, 'settings.json');
    writeFileSync(settingsFile, JSON.stringify(installation.file));
    const args = [join(packageRoot, 'src/cli/main.ts'), 'run', '--settings', settingsFile, '--until-end', '--json'];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        KAFKA_BROKERS: inject('brokers').join(','),
        SCHEMA_REGISTRY_URL: inject('registryUrl'),
        ARBITREX_FAULT: `kill@${step}:${count}`,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text));
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (signal !== 'SIGKILL') throw new Error(`the worker was not killed at ${step}:\n${output}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
