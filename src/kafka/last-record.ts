import type { LogReader } from './log-reader.ts';
import type { FetchedRecord } from './record-batch.ts';

/** Records looked at first, from the end backwards; each further step is this much longer. */
const FIRST_STEP = 64;
const STEP_GROWTH = 4;

/**
 * The newest record of a key in a partition, null where there is none: reads from the end backwards, as far as it must. The reader is
 * connected and has nothing assigned; what it skips (aborted records) is skipped here too.
 */
export async function findLastRecord(reader: LogReader, topic: string, partition: number, key: string): Promise<FetchedRecord | null> {
  const first = (await reader.listOffsets(topic, [partition], 'earliest')).get(partition)!;
  let end = (await reader.listOffsets(topic, [partition], 'last-stable')).get(partition)!;
  for (let step = FIRST_STEP; end > first; step *= STEP_GROWTH) {
    const start = Math.max(first, end - step);
    const newest = await newestOfKey(reader, topic, partition, key, start, end);
    if (newest !== null) return newest;
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
): Promise<FetchedRecord | null> {
  const isOfKey = (record: FetchedRecord): boolean => record.offset < end && record.key?.toString('utf8') === key;
  let newest: FetchedRecord | null = null;
  reader.assign(topic, partition, start);
  while (reader.position(topic, partition)! < end) {
    for (const { records } of await reader.fetch()) newest = [...records].findLast(isOfKey) ?? newest;
  }
  reader.unassign(topic, partition);
  return newest;
}
