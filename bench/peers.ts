import type { Command } from 'commander';
import { wholeNumber } from '../src/cli/options.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { GUARANTEES, type Guarantee, Installation } from './lib/installation.ts';
import { marketSettings } from './lib/market.ts';
import { openPlatform } from './lib/platform.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { medianRow } from './lib/statistics.ts';
import { comparePeersLatency } from './peers/latency.ts';
import { KAFKA_STREAMS, type PeersOptions, THEIR_GUARANTEE } from './peers/options.ts';
import { catchUpOurs, forgetOutputSchemas } from './peers/ours.ts';
import { ratio, ratiosOf } from './peers/ratios.ts';
import { PeersRunner } from './peers/runner.ts';

const OURS = 'arbitrex --workers 2';

/** `npm run bench -- peers`. */
export const peers: BenchCommand = {
  name: 'peers',
  summary: 'side by side with Kafka Streams, Quix Streams and pandas',
  description:
    'Runs the programs of ../shared/peers and ours in turn on one broker and one topic of ticks, both guarantees, Kafka Streams and us alternating. Their ' +
    'generator makes the ticks, and their consumer watches us exactly as it watches them. The JSON line holds every figure, and in `ratios` the ticks a second of ' +
    'ours with --workers 2 divided by those of Kafka Streams.',
  examples: `  npm run bench -- peers                             2,000,000 ticks, 3 runs of each; takes long
  npm run bench -- peers --json | tail -1
  npm run bench -- peers --n 100000 --runs 1 --quix-n 0 --no-pandas
  npm run bench -- peers --latency                   from tick to tier-1 record, at 2,000 and 20,000 ticks/s`,
  configure(command: Command) {
    command
      .option('--n <ticks>', 'ticks in the backlog', wholeNumber(2_800), 2_000_000)
      .option('--runs <n>', 'runs of Kafka Streams and of us, alternating; the table shows medians', wholeNumber(1), 3)
      .option('--quix-n <ticks>', 'ticks for the one run of Quix Streams; 0: leave it out', wholeNumber(0), 200_000)
      .option('--no-pandas', 'leave out the one run of pandas')
      .option('--latency', 'compare latencies instead of catching up')
      .option('--seconds <s>', 'load of a latency run', wholeNumber(2), 75)
      .option('--warmup <s>', 'of which the first are not counted', wholeNumber(1), 30);
  },
  run: (options: PeersOptions, context) => run(options, context),
};

async function run(options: PeersOptions, context: BenchContext): Promise<BenchResult> {
  await build(context);
  const platform = await openPlatform(context, false);
  const runner = await PeersRunner.open(context, platform);
  if (options.latency === true) return await comparePeersLatency(options, context, runner, platform);
  const { progress } = context;
  const runs: Row[] = [];
  // Their generator makes the topics anew; what it does not know of stays.
  const installation = await Installation.create(context, platform, marketSettings(['1m']), '');
  for (let i = 1; i <= options.runs; i++) {
    for (const guarantee of GUARANTEES) {
      progress.show(`run ${i}: ${KAFKA_STREAMS}, ${guarantee}`);
      await forgetOutputSchemas({ platform });
      runs.push(await measureTheirs(runner, KAFKA_STREAMS, options.n, guarantee));
      for (const workers of [2, 1]) {
        progress.show(`run ${i}: arbitrex --workers ${workers}, ${guarantee}`);
        runs.push(await catchUpOurs(context, runner, installation, { guarantee, workers }));
      }
    }
  }
  await forgetOutputSchemas({ platform });
  if (options.quixN > 0) {
    progress.show('Quix Streams');
    runs.push(await measureTheirs(runner, 'quix', options.quixN, 'at_least_once'));
  }
  if (options.pandas) {
    progress.show('pandas');
    runs.push(sameColumns({ ...(await runner.measure(['catchup', 'pandas', '--n', options.n])), guarantee: null }));
  }
  return summarize(runs.map(sameColumns), options);
}

async function measureTheirs(runner: PeersRunner, peer: string, n: number, guarantee: Guarantee): Promise<Row> {
  const row = await runner.measure(['catchup', peer, '--n', n, '--guarantee', THEIR_GUARANTEE[guarantee]]);
  return { ...row, guarantee };
}

/** What every run has; their programs print more, and in another order. */
const COLUMNS = [
  'peer',
  'guarantee',
  'n_ticks',
  'seconds',
  'ticks_per_s',
  'seconds_from_first',
  'ticks_per_s_from_first',
  'cpu_s',
  'peak_rss_mb',
  'broker_cpu_s',
  'others_cpu_s',
  'clean',
  'tier1',
  'tier2',
  'version_gaps',
  'counts_as_expected',
];

function sameColumns(row: Row): Row {
  return Object.fromEntries(COLUMNS.map((column) => [column, row[column] ?? null]));
}

function summarize(runs: readonly Row[], options: PeersOptions): BenchResult {
  const variants = Map.groupBy(runs, ({ peer, guarantee }) => `${peer} ${guarantee}`);
  const medians = [...variants.values()].map((ofVariant) => medianRow(ofVariant));
  const baseline = new Map(medians.filter(({ peer }) => peer === KAFKA_STREAMS).map((row) => [row.guarantee, row.ticks_per_s]));
  const rows = medians.map(({ clean: _, tier1: __, tier2: ___, version_gaps: ____, ...row }) => ({
    ...row,
    times_kafka_streams: ratio(row.ticks_per_s, baseline.get(row.guarantee ?? 'at_least_once')),
  }));
  const quix = medians.find(({ peer }) => peer === 'quix');
  const ours = medians.find(({ peer, guarantee }) => peer === OURS && guarantee === 'at_least_once');
  const wrong = runs.filter(({ counts_as_expected }) => counts_as_expected === false);
  return {
    rows,
    runs,
    settings: { n_ticks: options.n, quix_n_ticks: options.quixN, runs: options.runs },
    extra: {
      ratios: ratiosOf(medians, 'ticks_per_s', OURS, KAFKA_STREAMS),
      ratios_from_first: ratiosOf(medians, 'ticks_per_s_from_first', OURS, KAFKA_STREAMS),
      ratios_one_worker: ratiosOf(medians, 'ticks_per_s', 'arbitrex --workers 1', KAFKA_STREAMS),
      ratio_quix: ratio(ours?.ticks_per_s, quix?.ticks_per_s),
    },
    problems: wrong.map(({ peer, guarantee }) => `${peer}, ${guarantee}: counts are not as expected`),
  };
}
