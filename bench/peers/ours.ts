import { UserError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { applyTopology } from '../../src/provision/apply.ts';
import { TOPIC_ROLES, type TopicRole } from '../../topology/topics.ts';
import type { BenchContext } from '../lib/command.ts';
import type { Guarantee, Installation } from '../lib/installation.ts';
import type { Row } from '../lib/result.ts';
import { rounded } from '../lib/statistics.ts';
import { markUsage, usageBetween } from '../lib/usage.ts';
import { WorkerProcess } from '../lib/worker-process.ts';
import type { PeersRunner } from './runner.ts';

/** Topics that the peers' generator makes, for them as for us. */
const THEIRS: readonly TopicRole[] = ['ticks', 'clean-ohlcv', 'features-tier1', 'features-tier2'];
const TIMEOUT_SECONDS = 900;

/** Outputs are as the peers' generator has just made them: adds what we need besides, empty, and takes away what an earlier run of ours left. */
export async function prepareOurs(installation: Installation): Promise<void> {
  const { admin, connection, registry, topology } = installation;
  await admin.deleteGroups([installation.groupId]);
  const topics = TOPIC_ROLES.filter((role) => !THEIRS.includes(role)).map((role) => installation.topic(role));
  await admin.deleteTopics(topics);
  await forgetOutputSchemas(installation);
  await applyTopology(topology, { connection, admin, registry, log: silentLog });
}

/** The peers' bars and features have schemas of their own under the same subjects; neither side's may bind the other. */
export async function forgetOutputSchemas({ platform }: Pick<Installation, 'platform'>): Promise<void> {
  for (const role of THEIRS.filter((name) => name !== 'ticks')) {
    const url = `${platform.registryUrl}/subjects/${role}-value`;
    for (const query of ['', '?permanent=true']) {
      const { status } = await fetch(url + query, { method: 'DELETE' });
      if (status >= 400 && status !== 404) throw new Error(`the registry does not delete ${role}-value: ${status}`);
    }
  }
}

/** One catch-up of ours on the peers' ticks, measured by the peers' own consumer and in the way their runner does it. */
export async function catchUpOurs(
  { scope }: BenchContext,
  peers: PeersRunner,
  installation: Installation,
  variant: { guarantee: Guarantee; workers: number },
): Promise<Row> {
  const { guarantee, workers } = variant;
  const { platform } = installation;
  await peers.run(['gen', '--topics-only', '--keep-ticks']);
  await prepareOurs(installation);
  const made = peers.made();
  const watch = await peers.watch(made.last_window_end, TIMEOUT_SECONDS);
  const before = markUsage(platform, [watch.pid]);
  const worker = WorkerProcess.start(scope, platform, { settingsFile: installation.settingsFile(guarantee), workers });
  const observe = async (): Promise<Row> => {
    let firstAt: number | null = null;
    let measured: Row = {};
    for await (const line of watch.lines) {
      const [word, text] = line.split(' ', 2);
      if (word === 'FIRST') firstAt = Number(text);
      else if (word === 'DONE') {
        const { cpuS, peakRssMb } = worker.usage();
        const { brokerS, othersS } = usageBetween(before, markUsage(platform, [watch.pid]), cpuS);
        // It counts while the worker ends, as with the peers.
        void worker.stop();
        const seconds = (Number(text) - worker.startedAt) / 1_000;
        const fromFirst = (Number(text) - (firstAt ?? Number(text))) / 1_000;
        measured = {
          seconds: rounded(seconds, 2),
          ticks_per_s: Math.round(made.sent / seconds),
          seconds_from_first: rounded(fromFirst, 2),
          ticks_per_s_from_first: Math.round(made.sent / Math.max(1e-3, fromFirst)),
          cpu_s: rounded(cpuS, 2),
          peak_rss_mb: rounded(peakRssMb, 1),
          broker_cpu_s: rounded(brokerS, 1),
          others_cpu_s: rounded(othersS, 1),
        };
      } else if (word === 'TIMEOUT') throw new UserError(`the last matrix did not come within ${TIMEOUT_SECONDS} s: ${worker.logFile}`);
      else return { ...measured, ...(JSON.parse(line) as Row) };
    }
    throw new UserError("the peers' watching consumer ended before it had counted");
  };
  const found = await Promise.race([observe(), worker.failed()]);
  await worker.stop();
  const isRight = found.clean === made.clean && found.tier1 === made.tier1 && found.tier2 === made.tier2 && found.version_gaps === 0;
  return { peer: `arbitrex --workers ${workers}`, guarantee, n_ticks: made.sent, ...found, counts_as_expected: isRight };
}
