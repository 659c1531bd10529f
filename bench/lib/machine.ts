import os from 'node:os';
import { KAFKA_VERSION } from '../../src/platform/downloads.ts';

/** Where a figure was measured: without it a figure means nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly os: string;
  readonly node: string;
  readonly kafka: string;
  /** Mean number of runnable processes over the last minute, at the start: what others were doing. */
  readonly load_before: number;
}

/** This machine, now: call it before the benchmark adds to the load. */
export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory_gb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    kafka: KAFKA_VERSION,
    load_before: Number(os.loadavg()[0]!.toFixed(2)),
  };
}

/** The machine in one line. */
export function machineLine({ cpu, cores, memory_gb, os: system, node, kafka, load_before }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}, Node ${node}, Kafka ${kafka}, load before ${load_before}`;
}
