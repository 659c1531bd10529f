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

/** The record of a matrix, null where there is none (any more). */
export async function readMatrix(consumer: FeatureConsumer, id: MatrixId): Promise<MatrixRecord | null> {
  const key = `${id.universe}/${id.timeframe}`;
  if (id.version === null) return (await consumer.last('features-tier2', key))?.value ?? null;
  for await (const record of consumer.read('features-tier2')) {
    if (record.key === key && record.value.version === id.version) return record.value;
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

/** The first (universe, timeframe) of the topology, or the first with the name or timeframe asked for. */
export function defaultMatrixId(topology: Topology, asked: { universe?: string; timeframe?: string }): Omit<MatrixId, 'version'> | null {
  const slot = topology.joins.find(
    ({ universe, timeframe }) =>
      (asked.universe === undefined || universe.name === asked.universe) &&
      (asked.timeframe === undefined || timeframe === asked.timeframe),
  );
  return slot === undefined ? null : { universe: slot.universe.name, timeframe: slot.timeframe };
}
