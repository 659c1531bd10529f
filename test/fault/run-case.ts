import type { FaultCase } from './cases/case.ts';
import { checkAll } from './checks/index.ts';
import type { ClusterName, World } from './platform/world.ts';
import type { Result } from './results.ts';
import { Run } from './run.ts';

/** A world of its own that works off cases one after the other, beside other lanes. */
export interface Lane {
  readonly world: World;
  /** The case under way: its processes must not outlive this one. */
  current: Run | null;
}

/** The kind of cluster that a case runs on. */
export function clusterOf({ options }: FaultCase): ClusterName {
  return options?.cluster ?? 'solo';
}

/** Prepares, disturbs, works off what is left and checks: what is found wrong is in the result, nothing is thrown. */
export async function runCase(lane: Lane, one: FaultCase, seed: number): Promise<Result> {
  const began = performance.now();
  const impossible = one.impossible?.() ?? null;
  const base = { name: one.name, seed };
  if (impossible !== null) return { ...base, outcome: 'skipped', problems: [impossible], faults: 0, records: 0, seconds: 0 };
  let run: Run | null = null;
  const problems: string[] = [];
  try {
    run = await Run.prepare(lane.world, { ...base, ...one.options });
    lane.current = run;
    await run.produce();
    await one.disturb(run);
    await run.finish();
    problems.push(...run.problems, ...(await checkAll(run)));
    if (problems.length > 0) problems.push(...markersLost(run));
  } catch (error) {
    problems.push(...(run?.problems ?? []), error instanceof Error ? (error.stack ?? error.message) : String(error));
    // Whatever state it left its cluster in, the next case shall not suffer from it.
    await run?.close();
    await lane.world.drop(clusterOf(one));
  }
  await run?.close();
  // What a case wrote would take the room of the next one's.
  if (clusterOf(one) === 'tiny') await lane.world.drop('tiny');
  const seconds = Number(((performance.now() - began) / 1_000).toFixed(1));
  const outcome = problems.length === 0 ? 'passed' : 'failed';
  return { ...base, outcome, problems, faults: run?.faults ?? 0, records: run?.reference.records ?? 0, seconds };
}

/** A known fault of Kafka's (docs/reliability.md), named where it may be the cause. */
function markersLost({ cluster, settings }: Run): string[] {
  const count = cluster.nodes.reduce((sum, node) => sum + node.skippedMarkers(settings.topics.prefix), 0);
  return count === 0 ? [] : [`Kafka left out the markers of ${count} transactions when it started again`];
}
