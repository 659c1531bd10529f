import { once } from 'node:events';
import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { CONSUMABLE, type ConsumableTopic, FeatureConsumer, type ReadOptions } from '../clients/feature-consumer.ts';
import { schemas } from '../codec/generated/records.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import type { ConsumeOptions } from './consume.ts';
import { loadContext } from './context.ts';
import { recordFormat } from './record-format.ts';
import { stopSignal } from './stop-signal.ts';

/** Prints the records of a topic as the command line asks. */
export async function runConsume(name: string, options: ConsumeOptions, command: Command): Promise<void> {
  const topic = topicOf(name);
  const from = placeOf(options.from);
  const context = await loadContext(command);
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const consumer = new FeatureConsumer({
    topology: buildTopology(context.settings),
    connection: context.connection,
    registry: new Registry(context.registryConnection),
    log: context.log,
  });
  const fields = schemas[CONSUMABLE[topic]].fields.map((field) => field.name);
  const format = recordFormat(topic, context.json ? 'jsonl' : options.format, fields);
  if (format.header !== null) process.stdout.write(`${format.header}\n`);
  let count = 0;
  const read: ReadOptions = {
    from,
    follow: options.follow === true,
    signal: stopping.signal,
    ...(options.symbol === undefined ? {} : { symbols: options.symbol }),
    onUnreadable: (partition, offset, reason) => context.log.warn({ partition, offset, reason }, 'a record cannot be decoded'),
  };
  for await (const { value } of consumer.read(topic, read)) {
    if (options.timeframe !== undefined && (value as { timeframe?: string }).timeframe !== options.timeframe) continue;
    if (!process.stdout.write(`${format.line(value as unknown as Record<string, unknown>)}\n`)) await once(process.stdout, 'drain');
    if (++count === options.limit) break;
  }
}

function topicOf(name: string): ConsumableTopic {
  if (name in CONSUMABLE) return name as ConsumableTopic;
  throw new UserError(`no topic "${name}"`, { hint: `topics: ${Object.keys(CONSUMABLE).join(', ')}`, exitCode: 2 });
}

function placeOf(from: string): 'earliest' | 'latest' | number {
  if (from === 'earliest' || from === 'latest') return from;
  const timestampMs = Date.parse(from);
  if (!Number.isNaN(timestampMs)) return timestampMs;
  throw new UserError(`--from: "${from}" is neither earliest nor latest nor a time such as 2026-01-05T00:00Z`, { exitCode: 2 });
}
