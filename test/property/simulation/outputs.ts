import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type CorrelationMatrix, schemas } from '../../../src/codec/generated/records.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { StageHeaders } from '../../../src/lineage/stage-headers.ts';
import { TopologyDriver } from '../../../src/runtime/driver.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { deadLetter } from '../../../src/worker/dead-letters.ts';
import type { Topology } from '../../../topology/fx.ts';
import type { Settings } from '../../../topology/settings.ts';
import { codecFor, ourSchemas } from '../../unit/worker/support.ts';
import type { SimCluster } from './cluster.ts';

/** All that is committed, a line a record with key, time and bytes: bars and rows by partition, matrices by key, dead letters sorted. */
export interface Committed {
  readonly clean: ReadonlyMap<string, readonly string[]>;
  readonly tier1: ReadonlyMap<string, readonly string[]>;
  readonly tier2: ReadonlyMap<string, readonly string[]>;
  readonly deadLetters: readonly string[];
}

/** A tick and the record that carries it; its offset is its place in the partition. */
export interface SentTick {
  readonly tick: Tick;
  readonly record: InputRecord;
}

/** What a run has committed. */
export function committed(cluster: SimCluster, { topics }: Topology): Committed {
  const byPartition = (topic: string) => {
    const lines = cluster.partitions(topic).map((partition, i): [string, string[]] => [String(i), partition.committed().map(lineOf)]);
    return new Map(lines.filter(([, of]) => of.length > 0));
  };
  const matrices = cluster.partitions(topics['features-tier2'].name).flatMap((partition) => partition.committed());
  const byKey = Map.groupBy(matrices, ({ key }) => String(key));
  return {
    clean: byPartition(topics['clean-ohlcv'].name),
    tier1: byPartition(topics['features-tier1'].name),
    tier2: new Map([...byKey].map(([key, records]) => [key, records.map(lineOf)])),
    deadLetters: cluster
      .partitions(topics['dead-letters'].name)
      .flatMap((partition) => partition.committed().map(lineOf))
      .sort(),
  };
}

/** What the in-process driver makes of the same ticks, encoded as workers encode it. */
export function driven(settings: Settings, { topics }: Topology, input: readonly (readonly SentTick[])[]): Committed {
  const codec = codecFor(settings.domain);
  const lines = { clean: new Map<string, string[]>(), tier1: new Map<string, string[]>(), tier2: new Map<string, string[]>() };
  const deadLetters: string[] = [];
  let at = 0;
  const driver = new TopologyDriver<SentTick>(settings.domain, {
    bar: (bar) => add(lines.clean, String(at), line(bar.symbol, bar.timestampUtc, codec.cleanBar(bar))),
    features: (row) => add(lines.tier1, String(at), line(row.symbol, row.timestampUtc, codec.featureRow(row))),
    matrix(matrix) {
      const key = `${matrix.universe}/${matrix.timeframe}`;
      add(lines.tier2, key, line(key, matrix.windowEnd, codec.matrix(matrix)));
    },
    refused(reason, { tick, record }, timeframes) {
      const refused = { reason, topic: topics.ticks.name, partition: at, record, stage: 'clean', symbol: tick.symbol, timeframes };
      const { key, timestamp, value } = deadLetter(codec, new StageHeaders({ topic: refused.topic, partition: at }), refused);
      deadLetters.push(line(String(key), timestamp, value!));
    },
    duplicate() {},
  });
  for (const [partition, ticks] of input.entries()) {
    at = partition;
    for (const sent of ticks) driver.tick(sent.tick, sent);
  }
  driver.end();
  return { ...lines, deadLetters: deadLetters.sort() };
}

/** The matrices of some lines of `Committed.tier2`. */
export async function matricesOf(lines: readonly string[]): Promise<CorrelationMatrix[]> {
  const decoder = new RecordDecoder<CorrelationMatrix>(ourSchemas(), schemas['features-tier2']);
  const values = lines.map((text) => Buffer.from(text.split(' ')[2]!, 'base64'));
  await decoder.prepare(values);
  return values.map((value) => decoder.decode(value));
}

function lineOf({ key, timestamp, value }: InputRecord): string {
  return line(String(key), timestamp, value!);
}

function line(key: string, timestamp: number, value: Buffer): string {
  return `${key} ${Math.max(0, timestamp)} ${value.toString('base64')}`;
}

function add(lines: Map<string, string[]>, name: string, text: string): void {
  const of = lines.get(name);
  if (of === undefined) lines.set(name, [text]);
  else of.push(text);
}
