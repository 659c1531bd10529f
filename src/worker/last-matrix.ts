import type { RecordDecoder } from '../codec/decoder.ts';
import type { CorrelationMatrix } from '../codec/generated/records.ts';
import type { LogReader } from '../kafka/log-reader.ts';
import type { InputRecord } from '../runtime/ports.ts';

/** What a join without state of its own needs of the newest matrix it has written. */
export type LastMatrix = Pick<CorrelationMatrix, 'version' | 'window_end'>;

/** Records looked at first, from the end backwards; each further step is this much longer. */
const FIRST_STEP = 64;
const STEP_GROWTH = 4;

/**
 * The newest committed matrix of a key (`universe/timeframe`) in a partition of features-tier2, null where there is none: reads from the end
 * backwards, as far as it must. The reader is connected, reads read_committed, and has nothing assigned.
 */
export async function findLastMatrix(
  reader: LogReader,
  decoder: RecordDecoder<LastMatrix>,
  topic: string,
  partition: number,
  key: string,
): Promise<LastMatrix | null> {
  const first = (await reader.listOffsets(topic, [partition], 'earliest')).get(partition)!;
  let end = (await reader.listOffsets(topic, [partition], 'last-stable')).get(partition)!;
  for (let step = FIRST_STEP; end > first; step *= STEP_GROWTH) {
    const start = Math.max(first, end - step);
    const newest = await newestOfKey(reader, topic, partition, key, start, end);
    if (newest !== null) {
      await decoder.prepare([newest]);
      return decoder.decode(newest);
    }
    end = start;
  }
  return null;
}

async function newestOfKey(
  reader: LogReader,
  topic: string,
  partition: number,
  key: string,
  start: number,
  end: number,
): Promise<Buffer | null> {
  const isNewest = (record: InputRecord): boolean => record.offset < end && record.key?.toString('utf8') === key;
  let newest: Buffer | null = null;
  reader.assign(topic, partition, start);
  while (reader.position(topic, partition)! < end) {
    for (const { records } of await reader.fetch()) newest = records.findLast(isNewest)?.value ?? newest;
  }
  reader.unassign(topic, partition);
  return newest;
}
