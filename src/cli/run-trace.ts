import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { FeatureConsumer } from '../clients/feature-consumer.ts';
import { type BarId, traceBar } from '../clients/trace-bar.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { loadContext } from './context.ts';
import { checkTimeframe, timeOf } from './options.ts';
import { renderTrace, traceAsJson } from './trace-table.ts';

/** Prints the path of the bar that the command line names. */
export async function runTrace(text: string, command: Command): Promise<void> {
  const id = barOf(text);
  const { settings, suffix, connection, registryConnection, log, json } = await loadContext(command);
  checkTimeframe(text, id.timeframe, settings.domain.bars.timeframes);
  const topology = buildTopology(settings, suffix);
  const consumer = new FeatureConsumer({ topology, connection, registry: new Registry(registryConnection), log });
  const trace = await traceBar(consumer, topology, id);
  if (trace === null) {
    throw new UserError(`there is no bar ${id.symbol}/${id.timeframe} that ends at ${new Date(id.timestampUtc).toISOString()}`, {
      hint: `\`arbitrex consume clean-ohlcv --symbol ${id.symbol} --timeframe ${id.timeframe}\` prints those there are`,
    });
  }
  process.stdout.write(`${json ? JSON.stringify(traceAsJson(trace)) : renderTrace(trace)}\n`);
}

/** Reads SYMBOL/TIMEFRAME@TIME; a symbol may hold slashes itself. Throws UserError where it is of another form. */
function barOf(text: string): BarId {
  const parts = /^(.+)\/([^/@]+)@([^@]+)$/.exec(text);
  if (parts === null) throw new UserError(`"${text}" is not SYMBOL/TIMEFRAME@TIME, such as EURUSD/1m@2026-01-05T00:05Z`, { exitCode: 2 });
  return { symbol: parts[1]!, timeframe: parts[2]!, timestampUtc: timeOf(text, parts[3]!) };
}
