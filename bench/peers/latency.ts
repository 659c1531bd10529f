import type { BenchContext } from '../lib/command.ts';
import { GUARANTEES, Installation } from '../lib/installation.ts';
import { marketSettings } from '../lib/market.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import type { BenchResult, Row } from '../lib/result.ts';
import { medianRow } from '../lib/statistics.ts';
import { WorkerProcess } from '../lib/worker-process.ts';
import { KAFKA_STREAMS, type PeersOptions, THEIR_GUARANTEE } from './options.ts';
import { forgetOutputSchemas, prepareOurs } from './ours.ts';
import { ratiosOf } from './ratios.ts';
import type { PeersRunner } from './runner.ts';

const RATES = [2_000, 20_000] as const;

/** Ours as it comes, and with a commit for every bar, which at least once makes no difference. */
const VARIANTS = [
  { peer: 'arbitrex', guarantees: GUARANTEES, runtime: {} },
  { peer: 'arbitrex commit_on_bar', guarantees: ['exactly_once'], runtime: { commit_on_bar: true } },
] as const;

/** From the tick that closes a bar to its tier-1 record, both seen by the peers' consumer: Kafka Streams and us, in turn. */
export async function comparePeersLatency(
  options: PeersOptions,
  context: BenchContext,
  runner: PeersRunner,
  platform: BenchPlatform,
): Promise<BenchResult> {
  const { progress } = context;
  const runs: Row[] = [];
  const installation = await Installation.create(context, platform, marketSettings(['1s']), '');
  for (let i = 1; i <= options.runs; i++) {
    for (const guarantee of GUARANTEES) {
      for (const rate of RATES) {
        const load = ['--rate', rate, '--seconds', options.seconds, '--warmup', options.warmup];
        progress.show(`run ${i}: ${KAFKA_STREAMS}, ${guarantee}, ${rate} ticks/s`);
        await forgetOutputSchemas({ platform });
        const theirs = await runner.measure(['latency', KAFKA_STREAMS, ...load, '--guarantee', THEIR_GUARANTEE[guarantee]]);
        runs.push(latencyRow({ ...theirs, guarantee }));
        for (const { peer, guarantees, runtime } of VARIANTS) {
          if (!guarantees.some((name) => name === guarantee)) continue;
          progress.show(`run ${i}: ${peer}, ${guarantee}, ${rate} ticks/s`);
          const settingsFile = installation.settingsFile(guarantee, runtime);
          runs.push(latencyRow({ ...(await measureOurs(context, runner, installation, settingsFile, load)), peer, guarantee }));
        }
      }
    }
  }
  const variants = Map.groupBy(runs, ({ peer, guarantee, rate }) => `${peer} ${guarantee} ${rate}`);
  const rows = [...variants.values()].map((ofVariant) => medianRow(ofVariant));
  const ratios = RATES.map((rate) => {
    const atRate = rows.filter((row) => row.rate === rate);
    const of = (figure: string) => ratiosOf(atRate, figure, 'arbitrex', KAFKA_STREAMS);
    return [`${rate}/s`, { p50: of('p50_ms'), p99: of('p99_ms') }];
  });
  return {
    rows,
    runs,
    settings: { rates: RATES, seconds: options.seconds, warmup: options.warmup, runs: options.runs, timeframes: ['1s'] },
    extra: { latency_ratios: Object.fromEntries(ratios) },
    problems: rows
      .filter(({ not_seen }) => not_seen !== 0)
      .map(({ peer, guarantee, rate, not_seen }) => `${peer}, ${guarantee}, ${rate}/s: ${not_seen} bars were not seen`),
  };
}

async function measureOurs(
  { scope }: BenchContext,
  runner: PeersRunner,
  installation: Installation,
  settingsFile: string,
  load: readonly (string | number)[],
): Promise<Row> {
  await runner.run(['gen', '--topics-only']);
  await prepareOurs(installation);
  const worker = WorkerProcess.start(scope, installation.platform, { settingsFile, workers: 2 });
  const measured = runner.measure(['latency', '--external', '--no-topics', ...load]);
  const row = await Promise.race([measured, worker.failed()]);
  await worker.stop();
  return row;
}

function latencyRow(row: Row): Row {
  const { peer, guarantee, rate, bars, p50_ms, p90_ms, p99_ms, max_ms, not_seen, seen_twice } = row;
  const cells = { peer, guarantee, rate, bars, p50_ms, p90_ms, p99_ms, max_ms, not_seen, seen_twice };
  return Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell ?? null]));
}
