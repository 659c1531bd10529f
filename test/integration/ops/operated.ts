/** An installation of the worker tests with a hand on its kill switch. */
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { KillSwitch } from '../../../src/ops/kill-switch.ts';
import type { TopicRole } from '../../../topology/topics.ts';
import { Installation, type SettingsObject } from '../worker/installation.ts';
import { until } from '../worker/wait.ts';

/** Who halts in these tests. */
export const BY_TEST = { reason: 'a test', requestedBy: 'test@here' };

/** Bars of a second of three symbols, and their matrices. */
export const THREE_SYMBOLS: SettingsObject = {
  timeframes: ['1s'],
  symbols: ['AAA', 'BBB', 'CCC'],
  universes: [{ name: 'three', symbols: ['AAA', 'BBB', 'CCC'] }],
  window: 200,
  min_obs: 3,
};

/** Opens both; they are closed when the test ends. */
export async function openOperated(file: SettingsObject): Promise<{ installation: Installation; killSwitch: KillSwitch }> {
  const installation = await Installation.open(file);
  const { topology, connection, registry } = installation;
  const killSwitch = await KillSwitch.open({ topology, connection, registry, log: silentLog });
  onTestFinished(() => killSwitch.close());
  return { installation, killSwitch };
}

/** The ends of a topic's partitions: they move with everything that is written. */
export async function endsOf({ admin, topology }: Installation, role: TopicRole): Promise<number[]> {
  return (await admin.watermarks(topology.topics[role].name)).map(({ high }) => high);
}

/** Resolves when the workers have committed all ticks there are, but for those of one partition. */
export async function workedOffBut(installation: Installation, halted: number): Promise<void> {
  const { admin, topology } = installation;
  const ends = await endsOf(installation, 'ticks');
  await until('the other partitions are worked off', async () => {
    const committed = await admin.committedOffsets(topology.stageSets.all.groupId, topology.topics.ticks.name);
    return ends.every((end, partition) => partition === halted || (committed[partition] ?? 0) >= end);
  });
}
