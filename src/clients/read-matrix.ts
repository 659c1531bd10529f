import type { Topology } from '../../topology/fx.ts';
import type { CorrelationMatrix as MatrixRecord } from '../codec/generated/records.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { FeatureConsumer } from './feature-consumer.ts';

/** Which matrix is wanted. */
export interface MatrixId {
  readonly universe: string;
  readonly timeframe: string;
  /** Null: the newest. */
  readonly version: number | null;
}

/** Records looked at first for a version, from the newest backwards; each further step is this much longer. */
const FIRST_STEP = 256;
const STEP_GROWTH = 4;

/** The record of a matrix, null where there is none (any more). Reads from the end of the topic backwards, as far as it must. */
export async function readMatrix(consumer: FeatureConsumer, { universe, timeframe, version }: MatrixId): Promise<MatrixRecord | null> {
  const key = `${universe}/${timeframe}`;
  const newest = await consumer.last('features-tier2', key);
  if (newest === null || version === null || newest.value.version === version) return newest?.value ?? null;
  if (newest.value.version < version) return null;
  for (let end = newest.offset, step = FIRST_STEP; end > 0; step *= STEP_GROWTH) {
    const start = Math.max(0, end - step);
    let oldest = Number.POSITIVE_INFINITY;
    for await (const record of consumer.read('features-tier2', { from: new Map([[newest.partition, start]]) })) {
      if (record.offset >= end) break;
      if (record.key !== key) continue;
      if (record.value.version === version) return record.value;
      oldest = Math.min(oldest, record.value.version);
    }
    // Versions of a key count up.
    if (oldest < version) return null;
    end = start;
  }
  return null;
}

/** A matrix record as the domain has it: null numbers are NaN. */
export function toMatrix(record: MatrixRecord): CorrelationMatrix {
  const number = (value: number | null): number => value ?? Number.NaN;
  return {
    universe: record.universe,
    timeframe: record.timeframe as Timeframe,
    version: record.version,
    supersedes: record.supersedes,
    windowStart: record.window_start,
    windowEnd: record.window_end,
    window: record.window,
    symbols: record.symbols,
    rho: Float64Array.from(record.rho, number),
    nObs: Int32Array.from(record.n_obs),
    std: Float64Array.from(record.std, number),
    completeness: record.completeness === 'partial' ? 'partial' : 'complete',
    missing: record.missing,
    meanAbsRho: number(record.mean_abs_rho),
    maxAbsRho: number(record.max_abs_rho),
    dispersion: number(record.dispersion),
    strongPairs: record.strong_pairs,
  };
}

/** The matrices that can be meant: those of the first universe, or of the one asked for; of all its timeframes, or of the one asked for. */
export function matricesMeant(topology: Topology, asked: { universe?: string; timeframe?: string }): Omit<MatrixId, 'version'>[] {
  const wanted = asked.universe ?? topology.joins[0]?.universe.name;
  return topology.joins
    .filter(({ universe, timeframe }) => universe.name === wanted && timeframe === (asked.timeframe ?? timeframe))
    .map(({ universe, timeframe }) => ({ universe: universe.name, timeframe }));
}
