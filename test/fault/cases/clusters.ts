import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterSession, type CoordinatorKind } from '../../../src/kafka/cluster-session.ts';
import { silentLog } from '../../../src/log.ts';
import type { KafkaNode } from '../platform/kafka-node.ts';
import { between } from '../random.ts';
import type { Run } from '../run.ts';
import { until } from '../wait.ts';
import type { FaultCase } from './case.ts';

const TRIO = { cluster: 'trio', minutes: 250 } as const;
type Place = CoordinatorKind | 'leader';

/** One node of three dies, or one worker loses its way to that node only. */
export const clusters: FaultCase[] = (['leader', 'group', 'transaction'] as const).flatMap((place): FaultCase[] => [
  {
    name: `trio-kill-${place}`,
    about: `kill -9 of the node of three that is ${wordsFor(place)}; it comes back later`,
    options: TRIO,
    async disturb(run) {
      const worker = run.worker();
      await run.untilProgress(0.15 + 0.3 * run.random());
      const node = await nodeOf(run, place);
      await node.kill();
      run.faults++;
      await run.untilEnded(worker);
      await node.start();
      await untilInSync(run);
    },
  },
  {
    name: `trio-cut-${place}`,
    about: `one worker cannot reach the node that is ${wordsFor(place)} for a while`,
    options: TRIO,
    async disturb(run) {
      const worker = run.worker({ proxied: true });
      await run.untilProgress(0.15 + 0.3 * run.random());
      const { proxy } = await nodeOf(run, place);
      if (run.random() < 0.5) proxy.cut();
      else proxy.freeze();
      run.faults++;
      await sleep(between(run.random, 1_000, 5_000));
      proxy.heal();
      await run.untilEnded(worker);
    },
  },
]);

function wordsFor(place: Place): string {
  return place === 'leader'
    ? 'leader of a partition of clean-ohlcv'
    : `coordinator of the ${place === 'group' ? 'group' : 'transactions of a task'}`;
}

async function nodeOf(run: Run, place: Place): Promise<KafkaNode> {
  const session = new ClusterSession({ brokers: run.cluster.brokers, clientId: 'fault-suite' }, silentLog);
  try {
    const id = place === 'leader' ? await leaderOf(run, session) : await coordinatorOf(run, session, place);
    return run.cluster.nodes.find((node) => node.id === id)!;
  } finally {
    await session.close();
  }
}

async function leaderOf(run: Run, session: ClusterSession): Promise<number> {
  const topic = run.topic('clean-ohlcv');
  return (await session.partitionsOf([topic])).get(topic)!.find(({ partitionId }) => partitionId === 1)!.leader;
}

async function coordinatorOf(run: Run, session: ClusterSession, kind: CoordinatorKind): Promise<number> {
  const { transactionalIdPrefix } = run.topology.stageSets.all;
  const { nodeId } = await session.coordinator(kind, kind === 'group' ? run.groupId : `${transactionalIdPrefix}-ticks-1`);
  return nodeId!;
}

/** The node that came back has all again: or the next fault would leave too few copies. */
async function untilInSync(run: Run): Promise<void> {
  const session = new ClusterSession({ brokers: run.cluster.brokers, clientId: 'fault-suite' }, silentLog);
  const topics = [...Object.values(run.topology.topics).map(({ name }) => name), '__consumer_offsets', '__transaction_state'];
  await until('all copies are in sync', async () => {
    const partitions = [...(await session.partitionsOf(topics)).values()].flat();
    return partitions.every(({ isr, replicas }) => isr.length === replicas.length);
  });
  await session.close();
}
