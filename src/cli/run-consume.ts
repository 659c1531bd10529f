import { once } from 'node:events';
import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { DeadLetterTicks } from '../clients/dead-letter-tick.ts';
import { CONSUMABLE, type ConsumableTopic, FeatureConsumer, type ReadOptions } from '../clients/feature-consumer.ts';
import { type DeadLetter, schemas, type Tick } from '../codec/generated/records.ts';
import { Registry } from '../codec/registry.ts';
import { throughOutage } from '../codec/through-outage.ts';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConsumeOptions } from './consume.ts';
import { loadContext } from './context.ts';
import { checkTimeframe } from './options.ts';
import { recordFormat } from './record-format.ts';
import { stopSignal } from './stop-signal.ts';

/** Prints the records of a topic as the command line asks. */
export async function runConsume(name: string, options: ConsumeOptions, command: Command): Promise<void> {
  const topic = topicOf(name);
  const from = placeOf(options.from);
  const hasTimeframes = topic !== 'ticks' && topic !== 'dead-letters';
  if (options.timeframe !== undefined && !hasTimeframes) {
    throw new UserError(`--timeframe: records of ${topic} have none`, { exitCode: 2 });
  }
  const context = await loadContext(command);
  const topology = buildTopology(context.settings, context.suffix);
  if (options.timeframe !== undefined) checkTimeframe('--timeframe', options.timeframe, context.settings.domain.bars.timeframes);
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const registry = new Registry(context.registryConnection);
  const consumer = new FeatureConsumer({ topology, connection: context.connection, registry, log: context.log });
  const fields = schemas[CONSUMABLE[topic]].fields.map((field) => field.name);
  const kind = context.json ? 'jsonl' : options.format;
  const format = recordFormat(topic, kind, fields, process.stdout.columns);
  const withTick = topic === 'dead-letters' && kind === 'jsonl' ? tickInside(registry, stopping.signal, context.log) : null;
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
    const shown = withTick === null ? value : await withTick(value as DeadLetter);
    if (!process.stdout.write(`${format.line(shown as unknown as Record<string, unknown>)}\n`)) await once(process.stdout, 'drain');
    if (++count === options.limit) break;
  }
}

/** Adds to a dead letter the tick that its bytes hold, null where they hold none. */
function tickInside(
  registry: Registry,
  signal: AbortSignal,
  log: Log,
): (letter: DeadLetter) => Promise<DeadLetter & { tick: Tick | null }> {
  const ticks = new DeadLetterTicks(registry);
  return async (letter) => {
    const tick = await throughOutage(
      () => ticks.tickOf(letter),
      signal,
      ({ message: error }, retryInMs) => log.warn({ retryInMs, error }, 'the registry does not answer'),
    );
    return { ...letter, tick: tick ?? null };
  };
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
