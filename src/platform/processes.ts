import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRef } from './types.ts';

/**
 * What tells the process `pid` from any other that had or will have its number: its start time (and, on Linux, which boot that counts from).
 * null where no such process runs; a zombie does not run.
 */
export function processIdentity(pid: number): string | null {
  return existsSync('/proc/self/stat') ? identityFromProc(pid) : identityFromPs(pid);
}

function identityFromProc(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name stands in brackets and may hold anything: the fixed fields begin after the last bracket, with the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
}

function identityFromPs(pid: number): string | null {
  try {
    const [state, ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? null : started.join(' ');
  } catch {
    return null;
  }
}

/** The process `pid` as it is now; null where it does not run. */
export function refOf(pid: number): ProcessRef | null {
  const identity = processIdentity(pid);
  return identity === null ? null : { pid, identity };
}

/** Whether that very process still runs: a later one with the same pid does not count. */
export function isAlive(ref: ProcessRef): boolean {
  return processIdentity(ref.pid) === ref.identity;
}

/**
 * Asks a process to end (SIGTERM), waits up to `graceMs`, then kills it. Touches nothing but that very process.
 * @returns how it went: `gone` where it no longer ran.
 */
export async function terminate(ref: ProcessRef, graceMs: number): Promise<'gone' | 'ended' | 'killed'> {
  if (!signal(ref, 'SIGTERM')) return 'gone';
  if (await waitUntilGone(ref, graceMs)) return 'ended';
  signal(ref, 'SIGKILL');
  await waitUntilGone(ref, 5_000);
  return 'killed';
}

function signal(ref: ProcessRef, name: NodeJS.Signals): boolean {
  if (!isAlive(ref)) return false;
  try {
    process.kill(ref.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function waitUntilGone(ref: ProcessRef, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (isAlive(ref)) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** A program to leave running. */
export interface DetachedProgram {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Takes stdout and stderr; what an earlier run wrote moves to `<logFile>.1`. */
  logFile: string;
}

/**
 * Starts a program that outlives this one and does not hear its terminal's Ctrl-C. Rejects where the program cannot be started at all.
 * @returns the process, or null where it ended at once (its log says why).
 */
export async function spawnDetached(program: DetachedProgram): Promise<ProcessRef | null> {
  if (existsSync(program.logFile)) renameSync(program.logFile, `${program.logFile}.1`);
  const log = openSync(program.logFile, 'a');
  try {
    const child = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: program.env ?? process.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return refOf(child.pid!);
  } finally {
    closeSync(log);
  }
}
