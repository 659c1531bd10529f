/** Processor time and memory of processes, from Linux' /proc. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { BenchPlatform } from './platform.ts';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Fields of /proc/PID/stat, counted after the command's name: processor time of the process, and of children that have ended. */
const STAT = { utime: 11, stime: 12, cutime: 13, cstime: 14 } as const;

/** What a process and all below it have used. */
export interface TreeUsage {
  /** Processor seconds, children that have ended included. */
  readonly cpuS: number;
  /** Sum of the most memory that each process has had resident, MB. */
  readonly peakRssMb: number;
  /** The largest of them, MB. */
  readonly largestRssMb: number;
}

/** True where there is a /proc to read. */
export function hasProc(): boolean {
  return existsSync('/proc/self/stat');
}

/** Usage of the process and its children so far; zero where it has ended. */
export function treeUsage(pid: number): TreeUsage {
  let cpuTicks = 0;
  let peakRssMb = 0;
  let largestRssMb = 0;
  for (const one of treeOf(pid)) {
    const fields = statOf(one);
    if (fields === null) continue;
    for (const at of Object.values(STAT)) cpuTicks += Number(fields[at]);
    const rssMb = memoryMb(one, 'VmHWM');
    peakRssMb += rssMb;
    largestRssMb = Math.max(largestRssMb, rssMb);
  }
  return { cpuS: cpuTicks / TICKS_PER_SECOND, peakRssMb, largestRssMb };
}

/** Memory that the process has resident now, MB; 0 where it has ended. */
export function residentMb(pid: number): number {
  return memoryMb(pid, 'VmRSS');
}

/** The process and all that descend from it and run. */
export function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const one of tree) tree.push(...childrenOf(one));
  return tree;
}

/** A point in time, to tell later what was used since. */
export interface UsageMark {
  readonly machineS: number;
  readonly kafkaS: number;
  readonly registryS: number;
  readonly ownS: number;
  readonly helpersS: number;
}

/** What has been used so far by the machine, the platform, this program and the helpers that watch and load. */
export function markUsage({ kafkaPid, registryPid }: BenchPlatform, helperPids: readonly number[]): UsageMark {
  const of = (pid: number | null) => (pid === null ? 0 : treeUsage(pid).cpuS);
  const helpersS = helperPids.reduce((sum, pid) => sum + of(pid), 0);
  const { user, system } = process.cpuUsage();
  return { machineS: machineCpuS(), kafkaS: of(kafkaPid), registryS: of(registryPid), ownS: (user + system) / 1e6, helpersS };
}

/** What broker and others used between two marks while `workS` was the measured program's own; an external broker counts among the others. */
export function usageBetween(from: UsageMark, to: UsageMark, workS: number): { brokerS: number; othersS: number } {
  const since = (key: keyof UsageMark) => to[key] - from[key];
  const brokerS = since('kafkaS');
  return { brokerS, othersS: since('machineS') - workS - brokerS - since('registryS') - since('ownS') - since('helpersS') };
}

/** Processor seconds that all programs of this machine have used: all but idle time and waiting for disks. */
function machineCpuS(): number {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user! + nice! + system! + irq! + softirq! + steal!) / TICKS_PER_SECOND;
}

function statOf(pid: number): string[] | null {
  const stat = readProc(`/proc/${pid}/stat`);
  // The command's name stands in brackets and may hold anything.
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function memoryMb(pid: number, field: string): number {
  const kb = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kb === undefined ? 0 : Number(kb) / 1024;
}

function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) =>
    (readProc(`/proc/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}

/** Null where the process has ended meanwhile. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
