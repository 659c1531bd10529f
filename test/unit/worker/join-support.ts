import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type CorrelationMatrix, schemas } from '../../../src/codec/generated/records.ts';
import type { JoinedReturn } from '../../../src/codec/return-reader.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { DEFAULT_BARS, type DomainSettings, type MatrixSettings } from '../../../src/domain/settings.ts';
import type { Timeframe } from '../../../src/domain/timeframe.ts';
import { silentLog } from '../../../src/log.ts';
import { JoinStage } from '../../../src/runtime/join-stage.ts';
import type { CommitBatch } from '../../../src/runtime/ports.ts';
import { JoinTask, type LastMatrix } from '../../../src/worker/join-task.ts';
import { MINUTE } from '../domain/support.ts';
import { domainSettings } from '../runtime/support.ts';
import { codecFor, ourSchemas, type Topics } from './support.ts';

/** Symbols of the universe; each has the partition of its place, unless a test puts them together. */
export const SYMBOLS = ['A', 'B', 'C'];
export const OWN_PARTITION = (symbol: string): number => SYMBOLS.indexOf(symbol);

/** What a join's test may choose. */
export interface JoinChoices {
  readonly matrices?: Partial<MatrixSettings>;
  readonly partitionOf?: (symbol: string) => number;
  readonly lastMatrix?: LastMatrix | null;
  readonly maxPending?: number;
  readonly commitBytes?: number;
  readonly decoder?: RecordDecoder<JoinedReturn>;
}

function settingsOf({ matrices = {} }: JoinChoices): DomainSettings {
  return domainSettings({ ...DEFAULT_BARS, timeframes: ['1m'] }, { window: 4, ...matrices });
}

/** The decoder of tier-1 records that all tasks here share, as those of a worker do. */
export const RETURNS = new RecordDecoder<JoinedReturn>(ourSchemas(), schemas['features-tier1']);

/** A join's task that has not restored yet. */
export function newJoinTask(choices: JoinChoices = {}): JoinTask {
  const domain = settingsOf(choices);
  return new JoinTask({
    stage: new JoinStage({ partition: 0, universe: { name: 'all', symbols: SYMBOLS }, timeframe: '1m' }, domain),
    input: 'features-tier1',
    partitionOf: choices.partitionOf ?? OWN_PARTITION,
    output: { topic: 'features-tier2', partition: 0 },
    changelog: { topic: 'join-changelog', partition: 0 },
    codec: codecFor(domain),
    lastMatrix: async () => choices.lastMatrix ?? null,
    decoder: choices.decoder ?? RETURNS,
    maxPending: choices.maxPending ?? 1_000,
    commitBytes: choices.commitBytes ?? 1_000_000,
    log: silentLog,
  });
}

/** A join's task as it is after a restore from what the topics hold. */
export async function restoredJoinTask(topics: Topics, choices: JoinChoices = {}): Promise<JoinTask> {
  const task = newJoinTask(choices);
  for (const record of topics.changelog('join-changelog')) task.restore({ topic: 'join-changelog', partition: 0 }, record);
  await task.restored();
  return task;
}

const CODEC = codecFor(settingsOf({}));

/** The tier-1 record of a symbol's bar that ends with a minute; its return depends on both. */
export function tier1Row(symbol: string, minute: number, timeframe: Timeframe = '1m'): Buffer {
  const values = new Float64Array(FEATURE_COLUMNS.length).fill(Number.NaN);
  const logReturn1 = Math.sin(7 * minute + symbol.charCodeAt(0)) / 100;
  const row = { symbol, timeframe, timestampUtc: minute * MINUTE, validBar: true, mlReady: false, logReturn1, values };
  return CODEC.featureRow(row);
}

/** Rows of a symbol for the minutes from `first` to `last`. */
export function tier1Rows(symbol: string, first: number, last: number): Buffer[] {
  return Array.from({ length: last - first + 1 }, (_, i) => tier1Row(symbol, first + i));
}

/** The matrices of commits in short: `v3 T2`, with ` for v1` where it supersedes one and ` without C` where partial. */
export async function matricesOf(...batches: readonly CommitBatch[]): Promise<string[]> {
  const decoder = new RecordDecoder<CorrelationMatrix>(ourSchemas(), schemas['features-tier2']);
  const values = batches.flatMap(({ outputs }) => outputs.flatMap(({ records }) => records.map(({ value }) => value)));
  await decoder.prepare(values);
  return values.map((value) => {
    const { version, window_end, supersedes, missing } = decoder.decode(value);
    const correction = supersedes === null ? '' : ` for v${supersedes}`;
    return `v${version} T${window_end / MINUTE}${correction}${missing.length === 0 ? '' : ` without ${missing.join('')}`}`;
  });
}
