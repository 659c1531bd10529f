import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Runtime } from './runtimes.ts';

/** Far beyond what any of the programs takes. */
const LIMIT_MS = 120_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs a program of another language with `input` on its standard input; resolves to what it printed. Rejects with its own words where it
 * fails, or where its runtime is missing.
 */
export async function runProgram(runtime: Runtime, args: readonly string[], input = ''): Promise<string> {
  if ('missing' in runtime) throw new Error(runtime.missing);
  const [command, ...options] = [...runtime.command, ...args];
  const running = promisify(execFile)(command!, options, { timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' });
  running.child.stdin!.end(input);
  const { stdout } = await running;
  return stdout;
}
