import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/paths.ts';
import type { Row } from './result.ts';
import { rounded } from './statistics.ts';

/** What Node writes with --cpu-prof, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** The node that was running at each sample, and the time since the sample before, µs. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions of a .cpuprofile that took the most time themselves, without what they call. */
export function hottestFunctions(file: string, count: number): Row[] {
  return selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, count);
}

/** The same of a profile in memory. Waiting for events, which V8 calls (idle), is left out; shares are of the rest. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, count: number): Row[] {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  const microseconds = new Map<string, number>();
  let busy = 0;
  for (const [at, id] of samples.entries()) {
    const name = nameOf.get(id)!;
    const delta = timeDeltas[at]!;
    if (name === '(idle)') continue;
    busy += delta;
    microseconds.set(name, (microseconds.get(name) ?? 0) + delta);
  }
  return [...microseconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, us]) => ({ function: name, self_ms: rounded(us / 1_000, 1), share_percent: rounded((100 * us) / busy, 1) }));
}

function describe({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = url.startsWith('file:') ? relative(packageRoot, fileURLToPath(url)) : url;
  // V8 counts lines from 0.
  return `${name} ${file}:${lineNumber + 1}`;
}
