import { silentLog } from '../../../src/log.ts';
import { applyTopology } from '../../../src/provision/apply.ts';
import type { TopicRole } from '../../../topology/topics.ts';
import type { Run } from '../run.ts';
import { readStoredBatches } from '../segments.ts';
import { STATE_ROLES } from '../view.ts';
import { until } from '../wait.ts';
import type { FaultCase } from './case.ts';

/** State that is gone, or compacted, when a worker restores from it. */
export const states: FaultCase[] = [
  ...[...STATE_ROLES.map((role) => [role]), [...STATE_ROLES]].map((roles): FaultCase => {
    const what = roles.length > 1 ? 'all changelogs' : roles[0]!;
    return {
      name: `lost-${what.replace(' ', '-')}`,
      about: `${what} deleted after a crash, so that state is made again`,
      options: { minutes: 300 },
      async disturb(run) {
        await crashHalfway(run);
        await loseTopics(run, roles);
        run.faults++;
      },
    };
  }),
  {
    name: 'compacted-state',
    about: 'changelogs compacted after a crash, before the restore',
    options: { minutes: 300 },
    async disturb(run) {
      const worker = run.worker();
      for (const role of STATE_ROLES) await run.admin.alterConfigs(run.topic(role), COMPACT_SOON);
      await run.untilProgress(0.4 + 0.4 * run.random());
      await worker.kill();
      run.faults++;
      await untilCompacted(run);
    },
  },
];

/** Segments are rolled by record time, which is event time: minutes lie between two records. */
const COMPACT_SOON = { 'segment.ms': '60000', 'min.cleanable.dirty.ratio': '0.01', 'max.compaction.lag.ms': '500' };

async function crashHalfway(run: Run): Promise<void> {
  const worker = run.worker();
  await run.untilProgress(0.3 + 0.4 * run.random());
  await worker.kill();
  run.faults++;
}

async function loseTopics(run: Run, roles: readonly TopicRole[]): Promise<void> {
  const { admin, registry, topology } = run;
  await admin.deleteTopics(roles.map((role) => run.topic(role)));
  const connection = { brokers: run.cluster.brokers, clientId: 'fault-suite' };
  await applyTopology(topology, { connection, admin, registry, log: silentLog });
}

/** Records of clean-changelog have gone, though nobody deleted one. */
async function untilCompacted(run: Run): Promise<void> {
  const [node] = run.cluster.nodes;
  await until('clean-changelog is compacted', () => {
    const batches = readStoredBatches(node!.data, run.topic('clean-changelog'), 1);
    const first = batches.find(({ records }) => records.length > 0);
    return first !== undefined && first.records[0]!.offset > 0;
  });
}
