import { once } from 'node:events';
import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { FeatureConsumer } from '../clients/feature-consumer.ts';
import { type KnownRow, knownRows, type LeftOut } from '../clients/known-rows.ts';
import { Registry } from '../codec/registry.ts';
import { LineFile } from '../csv/line-file.ts';
import { KNOWN_FEATURES_HEADER, knownFeatureLine } from '../csv/results.ts';
import { UserError } from '../errors.ts';
import { loadContext } from './context.ts';
import type { ExportOptions } from './export.ts';
import { checkTimeframe, timeOf } from './options.ts';
import { createProgress } from './progress.ts';
import { stopSignal } from './stop-signal.ts';

/** Writes the rows that the command line asks for. Ctrl-C leaves no file behind. */
export async function runExport(options: ExportOptions, command: Command): Promise<void> {
  const asOfMs = timeOf('--as-of', options.asOf);
  const context = await loadContext(command);
  if (options.timeframe !== undefined) checkTimeframe('--timeframe', options.timeframe, context.settings.domain.bars.timeframes);
  if (context.json && options.out === '-') throw new UserError('--json tells about a file: name one with --out', { exitCode: 2 });
  const { connection, registryConnection, log } = context;
  const consumer = new FeatureConsumer({
    topology: buildTopology(context.settings, context.suffix),
    connection,
    registry: new Registry(registryConnection),
    log,
  });
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  // Done in parts of a thousand: how much there is shows only once reading has begun.
  const progress = await createProgress({ quiet: context.quiet || context.json, unit: 'rows', total: 1_000 });
  const leftOut: LeftOut = { later: 0, untold: 0, repeats: 0 };
  let written = 0;
  const rows = knownRows(
    consumer,
    {
      asOfMs,
      signal: stopping.signal,
      ...(options.symbol === undefined ? {} : { symbols: options.symbol }),
      ...(options.timeframe === undefined ? {} : { timeframe: options.timeframe }),
      onProgress: (done, total) => progress.update(Math.floor((1_000 * done) / total), written),
      onUnreadable: (partition, offset, reason) => log.warn({ partition, offset, reason }, 'a record cannot be decoded'),
    },
    leftOut,
  );
  const count = (): void => void written++;
  try {
    if (options.out === '-') await toStandardOutput(rows, count);
    else await toFile(options.out, rows, count, stopping.signal);
  } finally {
    progress.stop();
  }
  if (leftOut.untold > 0) log.warn({ rows: leftOut.untold }, 'rows that do not say when they went out are left out');
  if (options.out !== '-') report(options.out, written, leftOut, context.json);
}

async function toStandardOutput(rows: AsyncIterable<KnownRow>, onRow: () => void): Promise<void> {
  process.stdout.write(`${KNOWN_FEATURES_HEADER}\n`);
  for await (const known of rows) {
    if (!process.stdout.write(`${lineOf(known)}\n`)) await once(process.stdout, 'drain');
    onRow();
  }
}

async function toFile(path: string, rows: AsyncIterable<KnownRow>, onRow: () => void, signal: AbortSignal): Promise<void> {
  const file = openFile(path);
  try {
    file.write(KNOWN_FEATURES_HEADER);
    for await (const known of rows) {
      file.write(lineOf(known));
      onRow();
    }
    if (signal.aborted) throw new UserError(`stopped before ${path} was whole: it was not written`);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.finish();
}

function openFile(path: string): LineFile {
  try {
    return new LineFile(path);
  } catch (error) {
    throw new UserError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
  }
}

function lineOf({ row, featureVersion, emittedMs }: KnownRow): string {
  return knownFeatureLine(row, featureVersion, emittedMs);
}

function report(path: string, rows: number, { later, untold, repeats }: LeftOut, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ file: path, rows, later, untold, repeats })}\n`);
    return;
  }
  process.stdout.write(`${rows.toLocaleString('en')} rows in ${path}; ${later.toLocaleString('en')} went out later\n`);
}
