import { expect, test } from 'vitest';
import { emptyTick } from '../../../src/domain/tick.ts';
import { Installation } from './installation.ts';
import { outgoing } from './outgoing-ticks.ts';

const SMALLEST_LIMIT = 65_536;
const SECONDS = 1_500;

test('a commit larger than the topics’ limit goes out in batches that they take', async () => {
  const installation = await Installation.open({
    symbols: ['EURUSD'],
    timeframes: ['1s'],
    topics: { max_message_bytes: SMALLEST_LIMIT, tier2_max_message_bytes: SMALLEST_LIMIT },
    // Everything is read at once, and committed at once.
    runtime: { commit_records: 100_000, commit_interval_ms: 1_000, fetch_max_bytes_per_partition: 1_000_000 },
  });
  const ticks = Array.from({ length: SECONDS }, (_, second) =>
    Object.assign(emptyTick(), { key: 'EURUSD', symbol: 'EURUSD', eventTime: 1_000 * second, bid: 1, ask: 1.1, sourceId: 'a' }),
  );
  await installation.send(...ticks.map((tick) => outgoing(installation.tickSchemaId, tick)));
  const worker = await installation.startWorker();
  await Promise.race([worker.caughtUp(), worker.failed]);
  expect(worker.stats().failures).toBe(0);
  await worker.stop();
  expect(await installation.cleanBars()).toHaveLength(SECONDS - 1);
});

test('a worker does not start where the topic would refuse its matrices', async () => {
  const symbols = Array.from({ length: 300 }, (_, i) => `S${1_000 + i}X`);
  const universe = (count: number) => ({ universes: [{ name: 'big', symbols: symbols.slice(0, count) }] });
  const installation = await Installation.open({ symbols: ['EURUSD'], shared_partitions: 1, timeframes: ['1m'], ...universe(2) });
  await expect(installation.startWorker('all', universe(300))).rejects.toThrow(
    `topic ${installation.topic('features-tier2')} takes records of 1048576 bytes, a matrix of the settings may have`,
  );
});
