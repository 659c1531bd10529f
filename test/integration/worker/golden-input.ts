/** A golden case as input of an installation, and what the in-process driver gives for it. */
import { join } from 'node:path';
import type { CorrelationMatrix } from '../../../src/codec/generated/records.ts';
import { readTicks } from '../../../src/csv/ticks.ts';
import type { Reason } from '../../../src/domain/reason.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { TopologyDriver } from '../../../src/runtime/driver.ts';
import { type GoldenCase, readCase, SHIPPED_CASES } from '../../golden/case.ts';
import type { MatrixRow, Outputs, Row } from '../../golden/outputs.ts';
import type { Installation, SettingsObject, TopicRecord } from './installation.ts';
import { outgoing } from './outgoing-ticks.ts';

/** Keys of a case's config.json that no settings file has. */
const NOT_SETTINGS = ['name', 'about', 'expected_counts', 'tier1_symbols', 'tier2_every', 'input'];

export interface GoldenInput {
  readonly golden: GoldenCase;
  /** Row i + 1 of the input is tick i. */
  readonly ticks: readonly Tick[];
  /** The case's settings, with every symbol of input and universes listed. */
  readonly file: SettingsObject;
}

/** Outputs of one topic as text, a record each: key, record time and bytes. Compared, they are the same to the bit. */
export interface OutputLines {
  /** By partition. */
  readonly clean: ReadonlyMap<string, readonly string[]>;
  readonly tier1: ReadonlyMap<string, readonly string[]>;
  /** By key. */
  readonly tier2: ReadonlyMap<string, readonly string[]>;
}

export async function readGoldenInput(name: string): Promise<GoldenInput> {
  const golden = readCase(join(SHIPPED_CASES, name));
  const ticks: Tick[] = [];
  for await (const rows of readTicks(golden.inputPath)) ticks.push(...rows.map(({ tick }) => tick));
  const file = JSON.parse(golden.configText) as SettingsObject;
  for (const key of NOT_SETTINGS) delete file[key];
  const symbols = new Set([...ticks.map(({ symbol }) => symbol), ...golden.config.universes.flatMap((universe) => universe.symbols)]);
  symbols.delete('');
  return { golden, ticks, file: { ...file, symbols: [...symbols].sort() } };
}

/** Sends ticks of the input, in its order. */
export async function sendTicks(installation: Installation, ticks: readonly Tick[]): Promise<void> {
  await installation.send(...ticks.map((tick) => outgoing(installation.tickSchemaId, tick)));
}

/** What the driver gives for these ticks with the installation's settings, encoded as its workers encode it. */
export function drive(installation: Installation, ticks: readonly Tick[]): OutputLines {
  const { codec, settings } = installation;
  const lines = { clean: new Map<string, string[]>(), tier1: new Map<string, string[]>(), tier2: new Map<string, string[]>() };
  const partition = (symbol: string): string => String(installation.partitionOf(symbol));
  const driver = new TopologyDriver<Tick>(settings.domain, {
    bar: (bar) => add(lines.clean, partition(bar.symbol), bar.symbol, bar.timestampUtc, codec.cleanBar(bar)),
    features: (row) => add(lines.tier1, partition(row.symbol), row.symbol, row.timestampUtc, codec.featureRow(row)),
    matrix(matrix) {
      const key = `${matrix.universe}/${matrix.timeframe}`;
      add(lines.tier2, key, key, matrix.windowEnd, codec.matrix(matrix));
    },
    refused() {},
    duplicate() {},
  });
  for (const tick of ticks) driver.tick(tick, tick);
  driver.end();
  return lines;
}

/** What lies in the three output topics. */
export async function writtenLines(installation: Installation): Promise<OutputLines> {
  const lines = { clean: new Map<string, string[]>(), tier1: new Map<string, string[]>(), tier2: new Map<string, string[]>() };
  for (const { partition, key, timestamp, value } of await installation.records('clean-ohlcv'))
    add(lines.clean, String(partition), String(key), timestamp, value!);
  for (const { partition, key, timestamp, value } of await installation.records('features-tier1'))
    add(lines.tier1, String(partition), String(key), timestamp, value!);
  for (const { key, timestamp, value } of await installation.records('features-tier2'))
    add(lines.tier2, String(key), String(key), timestamp, value!);
  return lines;
}

/** The same without records that repeat an earlier one of their partition or key, byte for byte. */
export function withoutRepeats(lines: OutputLines): OutputLines {
  const once = (all: ReadonlyMap<string, readonly string[]>) => new Map([...all].map(([name, of]) => [name, [...new Set(of)]]));
  return { clean: once(lines.clean), tier1: once(lines.tier1), tier2: once(lines.tier2) };
}

/** Number of records, and the first differences between two sets of outputs in words; empty where they are the same to the bit. */
export function lineDifferences(actual: OutputLines, expected: OutputLines): string[] {
  return (['clean', 'tier1', 'tier2'] as const).flatMap((topic) =>
    [...new Set([...actual[topic].keys(), ...expected[topic].keys()])].flatMap((name) => {
      const [has, wanted] = [actual[topic].get(name) ?? [], expected[topic].get(name) ?? []];
      const at = wanted.findIndex((line, i) => line !== has[i]);
      if (at === -1 && has.length === wanted.length) return [];
      return [
        `${topic} ${name}: ${has.length} records instead of ${wanted.length}, the first that differs is ${at === -1 ? wanted.length : at}`,
      ];
    }),
  );
}

/** The topics in the shape of the golden files; dead letters are named by the row of the input that they came from. */
export async function writtenOutputs(installation: Installation, ticks: readonly Tick[]): Promise<Outputs> {
  const rowAt = rowsByPosition(installation, ticks);
  const deadLetters = await installation.deadLetters();
  return {
    clean: (await installation.cleanBars()).map(({ record }) => record as unknown as Row),
    tier1: (await installation.featureRows()).map(({ record }) => record as unknown as Row),
    tier2: (await installation.matrices()).map(({ record }) => toMatrixRow(record)),
    rejected: deadLetters.map(({ record: { partition, offset, reason, timeframes } }) => ({
      row: rowAt.get(`${partition}@${offset}`) ?? -1,
      reason,
      timeframes,
    })),
  };
}

/** A record of features-tier2 in the shape of the golden files. */
export function toMatrixRow({ mean_abs_rho, max_abs_rho, dispersion, strong_pairs, ...matrix }: CorrelationMatrix): MatrixRow {
  return { ...matrix, metrics: { mean_abs_rho, max_abs_rho, dispersion, strong_pairs: strong_pairs.map(({ a, b, rho }) => [a, b, rho]) } };
}

/** The input rows (1-based) by where they were sent, `partition@offset`: each partition's records in the order they were sent. */
export function rowsByPosition(installation: Installation, ticks: readonly Tick[]): Map<string, number> {
  const ends = new Map<number, number>();
  return new Map(
    ticks.map(({ symbol }, i) => {
      const partition = installation.partitionOf(symbol);
      const offset = ends.get(partition) ?? 0;
      ends.set(partition, offset + 1);
      return [`${partition}@${offset}`, i + 1];
    }),
  );
}

/** The case as a worker answers it: repeats are dropped and counted, and have no dead letter. */
export function withoutDuplicates(golden: GoldenCase): GoldenCase {
  const duplicate: Reason = 'DUPLICATE';
  const rejected = golden.outputs.rejected.filter(({ reason }) => reason !== duplicate);
  return { ...golden, outputs: { ...golden.outputs, rejected } };
}

/** Versions of each stream of matrices in the order they were written. */
export function versions(
  matrices: readonly TopicRecord<{ universe: string; timeframe: string; version: number }>[],
): Map<string, number[]> {
  const streams = Map.groupBy(matrices, ({ record: { universe, timeframe } }) => `${universe}/${timeframe}`);
  return new Map([...streams].map(([stream, records]) => [stream, records.map(({ record }) => record.version)]));
}

function add(lines: Map<string, string[]>, name: string, key: string, timestamp: number, value: Buffer): void {
  const line = `${key} ${Math.max(0, timestamp)} ${value.toString('base64')}`;
  const of = lines.get(name);
  if (of === undefined) lines.set(name, [line]);
  else of.push(line);
}
