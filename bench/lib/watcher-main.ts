/** A process of its own that reads what can be read with read_committed, as any consumer could, and says when. See watcher.ts. */
import { RecordDecoder } from '../../src/codec/decoder.ts';
import { type CorrelationMatrix, schemas } from '../../src/codec/generated/records.ts';
import { Registry } from '../../src/codec/registry.ts';
import { KafkaAdmin } from '../../src/kafka/admin.ts';
import { silentLog } from '../../src/log.ts';
import { projected } from './projection.ts';
import { openReader } from './reader.ts';
import type { WatcherMessage, WatcherTask } from './watcher-messages.ts';

type MatrixHead = Pick<CorrelationMatrix, 'timeframe' | 'version' | 'window_end'>;

const task = JSON.parse(process.argv[2]!) as WatcherTask;
const connection = { brokers: task.brokers, clientId: 'arbitrex-bench-watcher' };

function say(message: WatcherMessage): void {
  process.send!(message);
}

async function watch(): Promise<void> {
  const admin = await KafkaAdmin.connect(connection, silentLog);
  const barPartitions = await admin.watermarks(task.bars);
  const matrixPartitions = await admin.watermarks(task.matrices);
  await admin.close();
  const reader = await openReader(connection);
  for (const [partition] of barPartitions.entries()) reader.assign(task.bars, partition, 0);
  for (const [partition] of matrixPartitions.entries()) reader.assign(task.matrices, partition, 0);
  const decoder = new RecordDecoder<MatrixHead>(
    new Registry({ url: task.registryUrl }),
    projected(schemas['features-tier2'], ['timeframe', 'version', 'window_end']),
  );
  const waitingFor = new Map(Object.entries(task.lastWindowEnds));
  const versions = new Map<string, number>();
  let hasFirst = false;
  let matrices = 0;
  let versionGaps = 0;
  say({ event: 'ready' });
  while (waitingFor.size > 0) {
    for (const { topic, records } of await reader.fetch()) {
      if (topic === task.bars) {
        if (hasFirst || records.length === 0) continue;
        hasFirst = true;
        say({ event: 'first', at: Date.now() });
        // From here on bars would only cost time.
        for (const [partition] of barPartitions.entries()) reader.unassign(task.bars, partition);
        continue;
      }
      await decoder.prepareAll(records);
      for (const { value } of records) {
        const { timeframe, version, window_end } = decoder.decode(value);
        matrices++;
        if (version !== (versions.get(timeframe) ?? 0) + 1) versionGaps++;
        versions.set(timeframe, version);
        if (window_end >= (waitingFor.get(timeframe) ?? Number.POSITIVE_INFINITY)) waitingFor.delete(timeframe);
      }
    }
  }
  say({ event: 'done', at: Date.now(), matrices, versionGaps });
  await reader.close();
}

process.once('disconnect', () => process.exit());
await watch();
