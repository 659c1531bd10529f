import { DATA_ROLES, STATE_ROLES, type View } from '../view.ts';

/** Topics of which one partition is written by one task only. */
const OF_ONE_TASK = ['clean-ohlcv', 'features-tier1', 'clean-changelog', 'tier1-changelog'] as const;

/**
 * One live writer per task: within a partition the epochs of a producer id never go down, so nobody wrote after he had been fenced; and what only one
 * task may write carries that task's producer id alone. Tells of transactions only: at least once nothing is fenced.
 */
export function checkWriters(view: View): string[] {
  if (!view.run.isExactlyOnce) return [];
  const problems: string[] = [];
  for (const role of [...DATA_ROLES, ...STATE_ROLES]) {
    for (const [partition, { batches }] of view.of(role).entries()) {
      const epochs = new Map<number, number>();
      for (const { producerId, producerEpoch, baseOffset } of batches) {
        const before = epochs.get(producerId) ?? -1;
        if (producerEpoch < before) {
          problems.push(
            `writers: ${role}/${partition}: epoch ${producerEpoch} of producer ${producerId} after ${before}, offset ${baseOffset}`,
          );
        }
        epochs.set(producerId, Math.max(before, producerEpoch));
      }
    }
  }
  for (const [partition] of view.of('clean-ohlcv').entries()) {
    const ids = new Set(OF_ONE_TASK.flatMap((role) => view.of(role)[partition]!.batches.map(({ producerId }) => producerId)));
    if (ids.size > 1) problems.push(`writers: ${ids.size} producers wrote what only the task of ticks/${partition} may write`);
  }
  return problems;
}
