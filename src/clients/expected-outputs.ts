import type { TopicRole } from '../../topology/topics.ts';
import { readTicks } from '../csv/ticks.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { DomainSettings } from '../domain/settings.ts';
import { UserError } from '../errors.ts';
import { TopologyDriver } from '../runtime/driver.ts';

/** What a file of ticks must bring about on Kafka. */
export interface Expected {
  readonly counts: Readonly<
    Record<Extract<TopicRole, 'ticks' | 'clean-ohlcv' | 'features-tier1' | 'features-tier2' | 'dead-letters'>, number>
  >;
  readonly lastMatrix: CorrelationMatrix;
}

/** Runs a file of ticks through the in-process driver. Throws UserError where it cannot be read or makes no matrix. */
export async function expectedOutputs(ticksFile: string, settings: DomainSettings): Promise<Expected> {
  const counts = { ticks: 0, 'clean-ohlcv': 0, 'features-tier1': 0, 'features-tier2': 0, 'dead-letters': 0 };
  let lastMatrix: CorrelationMatrix | null = null;
  const driver = new TopologyDriver<null>(settings, {
    bar: () => counts['clean-ohlcv']++,
    features: () => counts['features-tier1']++,
    matrix(matrix) {
      counts['features-tier2']++;
      lastMatrix = matrix;
    },
    refused: () => counts['dead-letters']++,
    duplicate() {},
  });
  for await (const rows of readTicks(ticksFile)) {
    for (const { tick } of rows) {
      counts.ticks++;
      driver.tick(tick, null);
    }
  }
  driver.end();
  if (lastMatrix === null) throw new UserError(`${ticksFile} makes no matrix under these settings`);
  return { counts, lastMatrix };
}
