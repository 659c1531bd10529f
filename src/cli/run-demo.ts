import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { buildTopology, type Topology } from '../../topology/fx.ts';
import { parseSettings, type Settings } from '../../topology/settings.ts';
import { countRecords } from '../clients/count-records.ts';
import { type Expected, expectedOutputs } from '../clients/expected-outputs.ts';
import { produceFile } from '../clients/produce-file.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import type { Log } from '../log.ts';
import { packageRoot } from '../paths.ts';
import { NothingRunsKafka, type Platform, startPlatform } from '../platform/index.ts';
import { applyTopology } from '../provision/apply.ts';
import { Worker } from '../worker/worker.ts';
import { loadCommandContext } from './context.ts';
import { renderMatrix } from './matrix-table.ts';
import { showProgress } from './up.ts';

const SETTINGS_FILE = join(packageRoot, 'data', 'ecb-demo.yaml');
const TICKS_FILE = join(packageRoot, 'data', 'ecb-reference-rates.csv.gz');
/** How the demo's files are named in the commands it proposes. */
const SHOWN_SETTINGS = relative(process.cwd(), SETTINGS_FILE);
const SHOWN_TICKS = relative(process.cwd(), TICKS_FILE);

/** The demo's cluster: where it is and what is to run there. */
interface DemoCluster {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  readonly admin: KafkaAdmin;
  readonly log: Log;
}

/** Runs the demo from nothing to the printed matrix. Throws UserError where a count is not what the input implies. */
export async function runDemo(command: Command): Promise<void> {
  const context = await loadCommandContext(command);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const settings = parseSettings(readFileSync(SETTINGS_FILE, 'utf8'), SHOWN_SETTINGS);
  // The demo speaks for itself: what the parts log besides is for --debug.
  const log: Log = { ...context.log, info: context.log.debug };
  const began = performance.now();
  const expected = await expectedOutputs(TICKS_FILE, settings.domain);
  const platform = await startOrExplain(context.quiet, say);
  if (platform !== null) {
    const connection = { brokers: platform.brokers, clientId: settings.kafka.clientId };
    const admin = await KafkaAdmin.connect(connection, log);
    const registry = new Registry({ url: platform.registryUrl });
    try {
      await onCluster({ settings, topology: buildTopology(settings), connection, registry, admin, log }, expected, say);
    } finally {
      await admin.close();
    }
  }
  say('');
  say(renderMatrix(expected.lastMatrix, { color: context.color, width: process.stdout.columns ?? 120 }));
  say(`\ndone in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  say(platform === null ? withoutKafka() : whatNext());
}

async function startOrExplain(quiet: boolean, say: (text: string) => void): Promise<Platform | null> {
  const progress = showProgress(process.stderr, quiet);
  try {
    const platform = await startPlatform({ onProgress: progress.onProgress });
    progress.end('done');
    say(`platform   Kafka at ${platform.brokers.join(', ')} and a schema registry (${platform.kind})`);
    return platform;
  } catch (error) {
    if (!(error instanceof NothingRunsKafka)) throw error;
    say(`platform   ${error.message}`);
    say(`           ${error.hint}`);
    say('           Meanwhile the same rates go through the in-process driver: the same stages, without Kafka.');
    return null;
  } finally {
    progress.end('cut');
  }
}

async function onCluster(cluster: DemoCluster, expected: Expected, say: (text: string) => void): Promise<void> {
  const { settings, topology, connection, registry, admin, log } = cluster;
  const steps = await applyTopology(topology, { connection, admin, registry, log });
  say(`topology   ${Object.keys(topology.topics).length} topics and their schemas (${steps.length === 0 ? 'as they were' : 'created'})`);

  const ticks = topology.topics.ticks.name;
  if ((await countRecords(connection, ticks, log)) === 0) {
    const { sent, seconds } = await produceFile(TICKS_FILE, { topology, connection, registry, log });
    say(`ticks      ${sent.toLocaleString('en')} reference rates produced in ${seconds.toFixed(1)} s`);
  } else {
    say(`ticks      in ${ticks} from an earlier run`);
  }

  const began = performance.now();
  const worker = await Worker.start({ settings, topology, stages: 'all', connection, registry, log });
  try {
    await Promise.race([worker.caughtUp(), worker.failed]);
  } finally {
    await worker.stop();
  }
  const { taken, commits } = worker.stats();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  say(`worker     ${taken.toLocaleString('en')} ticks through all stages in ${seconds} s, ${commits} transactions`);
  await checkCounts(cluster, expected, say);
}

/** Compares what the topics hold with what the in-process driver makes of the same file. */
async function checkCounts({ topology, connection, log }: DemoCluster, expected: Expected, say: (text: string) => void): Promise<void> {
  const wrong: string[] = [];
  for (const role of ['ticks', 'clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters'] as const) {
    const { name } = topology.topics[role];
    const found = await countRecords(connection, name, log);
    const isRight = found === expected.counts[role];
    if (!isRight) wrong.push(`${name} holds ${found} records, the input implies ${expected.counts[role]}`);
    say(
      `${role === 'ticks' ? 'topics' : '      '}     ${name.padEnd(20)} ${found.toLocaleString('en').padStart(7)} ${isRight ? 'ok' : 'WRONG'}`,
    );
  }
  if (wrong.length > 0)
    throw new UserError(wrong.join('\n'), { hint: `\`arbitrex reset --settings ${SHOWN_SETTINGS}\` clears the outputs` });
}

function whatNext(): string {
  return `
The platform is still up. Go on with:
  npx arbitrex matrix  --settings ${SHOWN_SETTINGS}
  npx arbitrex consume features-tier1 --symbol EURUSD --settings ${SHOWN_SETTINGS}
  npx arbitrex replay  ${SHOWN_TICKS} --config ${SHOWN_SETTINGS} --out results
  npx arbitrex down`;
}

function withoutKafka(): string {
  return `
Once Docker, or a JDK and Maven, are there, run the demo again. Until then:
  npx arbitrex replay ${SHOWN_TICKS} --config ${SHOWN_SETTINGS} --out results`;
}
