import { RobustScores } from './robust-scores.ts';
import type { Normalizer } from './settings.ts';
import type { TwinColumns, Twins } from './twin.ts';
import { ZScores } from './z-scores.ts';

/** Twins that begin after `count` values of their features. */
export function createTwins(normalizer: Normalizer, window: number, count: number, columns: TwinColumns): Twins {
  return normalizer === 'zscore' ? new ZScores(window, count, columns) : new RobustScores(window, count, columns);
}
