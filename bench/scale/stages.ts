import type { BenchContext } from '../lib/command.ts';
import type { Installation } from '../lib/installation.ts';
import type { Expected } from '../lib/market.ts';
import { WorkerProcess } from '../lib/worker-process.ts';

/** The stages in the order of the data; each is a process of its own, in a group of its own. */
const STAGES = ['clean', 'tier1', 'tier2'] as const;

/**
 * Runs the stages one after the other, each to the end of what the one before has written. The installation is as new before.
 * @returns processor seconds of the last one, the join: reading tier-1 records, correlating, writing matrices, and about half a second of start-up.
 */
export async function measureStages(
  { scope }: BenchContext,
  installation: Installation,
  expected: Expected,
  problems: string[],
): Promise<{ joinCpuS: number }> {
  const settingsFile = installation.settingsFile('at_least_once');
  let joinCpuS = 0;
  for (const stages of STAGES) {
    const worker = WorkerProcess.start(scope, installation.platform, { settingsFile, workers: 1, stages, untilEnd: true });
    joinCpuS = await worker.cpuAtEnd();
  }
  const matrices = await installation.count('features-tier2');
  if (matrices !== expected.matrices) problems.push(`stage by stage: ${matrices} matrices instead of ${expected.matrices}`);
  return { joinCpuS };
}
