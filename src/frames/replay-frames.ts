import type { DataFrame } from 'danfojs-node';
import type { ReplayConfig } from '../../topology/settings.ts';
import { feedFile } from '../clients/feed-file.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { Reason } from '../domain/reason.ts';
import { TopologyDriver } from '../runtime/driver.ts';
import { FrameRecorder } from './frame-recorder.ts';

/** What a replay made. */
export interface ReplayFrames {
  /** Clean bars of all timeframes: the columns of the topic clean-ohlcv, ordered by time, then symbol. */
  readonly bars: DataFrame;
  /** Tier-1 rows likewise: the columns of the topic features-tier1. */
  readonly tier1: DataFrame;
  /** Of each universe and timeframe by version; `matrixFrame` makes a frame of one. */
  readonly matrices: readonly CorrelationMatrix[];
  /** Rows refused or dropped, by reason. */
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
}

/**
 * Runs the topology over a CSV file of ticks or raw bars, without a broker: the numbers that workers would write, in memory.
 *
 * @throws UserError where the input cannot be read.
 */
export async function replayFrames(inputPath: string, config: ReplayConfig): Promise<ReplayFrames> {
  const recorder = new FrameRecorder(config.domain);
  const driver = new TopologyDriver<number>(config.domain, recorder);
  for await (const _ of feedFile(inputPath, config.input, driver, () => recorder.refused('UNDECODABLE')));
  driver.end();
  return { bars: recorder.bars(), tier1: recorder.tier1(), matrices: recorder.matrices, rejected: recorder.rejected };
}
