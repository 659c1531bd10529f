import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { type Pace, type Produced, type ProduceFileOptions, produceFile, produceTicks } from '../clients/produce-file.ts';
import { syntheticTicks } from '../clients/synthetic.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { type ClusterContext, loadContext } from './context.ts';
import type { ProduceOptions } from './produce.ts';
import { createProgress, sizeOf } from './progress.ts';
import { stopSignal } from './stop-signal.ts';

/** Bad rows named one by one; the others are counted. */
const NAMED_BAD_ROWS = 20;
/** A Monday. */
const DEFAULT_START = '2026-01-05T00:00Z';

/** Sends what the command line names. Ctrl-C flushes what was taken and says how much it was. */
export async function runProduce(file: string | undefined, options: ProduceOptions, command: Command): Promise<void> {
  if ((file === undefined) === (options.synthetic !== true)) {
    throw new UserError('name a file (or - for standard input), or --synthetic; not both', { exitCode: 2 });
  }
  if (options.rate !== undefined && options.speed !== undefined) {
    throw new UserError('--rate and --speed exclude each other', { exitCode: 2 });
  }
  if (options.live === true && (options.synthetic !== true || options.speed !== undefined || options.start !== undefined)) {
    throw new UserError('--live goes with --synthetic, and without --speed and --start', { exitCode: 2 });
  }
  const context = await loadContext(command);
  const stopping = new AbortController();
  void stopSignal().then(() => {
    stopping.abort();
    // A pipe that stays open would keep the process alive.
    if (file === '-') process.stdin.unref();
  });
  const total = file === undefined ? options.ticks : sizeOf(file);
  const progress = await createProgress({ quiet: context.quiet || context.json, unit: 'ticks', total });
  let named = 0;
  const common: ProduceFileOptions = {
    topology: buildTopology(context.settings),
    connection: context.connection,
    registry: new Registry(context.registryConnection),
    log: context.log,
    pace: paceOf(options),
    live: options.live === true,
    strict: options.strict === true,
    signal: stopping.signal,
    onProgress: (sent, bytesRead) => progress.update(file === undefined ? sent : bytesRead, sent),
    onBadRow(line, problem) {
      if (named++ < NAMED_BAD_ROWS) process.stderr.write(`${file}: line ${line}: ${problem}\n`);
    },
  };
  let produced: Produced;
  try {
    produced = file === undefined ? { ...(await produceSynthetic(context, options, common)), badRows: 0 } : await produceFile(file, common);
  } finally {
    progress.stop();
  }
  if (named > NAMED_BAD_ROWS) process.stderr.write(`${file}: ${named - NAMED_BAD_ROWS} more bad rows\n`);
  report(produced, context);
}

function paceOf({ rate, speed, live, interval }: ProduceOptions): Pace {
  if (rate !== undefined) return { ticksPerSecond: rate };
  if (speed !== undefined) return { speed };
  return live === true ? { ticksPerSecond: 1_000 / interval } : {};
}

async function produceSynthetic(
  { settings }: ClusterContext,
  options: ProduceOptions,
  common: ProduceFileOptions,
): Promise<Omit<Produced, 'badRows'>> {
  const startMs = Date.parse(options.start ?? DEFAULT_START);
  if (Number.isNaN(startMs)) throw new UserError(`--start: "${options.start}" is not a time such as ${DEFAULT_START}`, { exitCode: 2 });
  const symbols =
    options.symbols
      ?.split(',')
      .map((symbol) => symbol.trim())
      .filter(Boolean) ?? settings.symbols;
  if (symbols.length === 0) throw new UserError('the settings list no symbols', { hint: 'name some with --symbols', exitCode: 2 });
  const { seed, ticks, interval: intervalMs } = options;
  return await produceTicks(syntheticTicks({ symbols, seed, ticks, startMs, intervalMs }), common);
}

function report({ sent, badRows, seconds }: Produced, { json }: ClusterContext): void {
  const rate = Math.round(sent / seconds);
  if (json) {
    process.stdout.write(`${JSON.stringify({ sent, bad_rows: badRows, seconds: Number(seconds.toFixed(3)), ticks_per_second: rate })}\n`);
    return;
  }
  const bad = badRows === 0 ? '' : `, ${badRows} bad rows passed over`;
  process.stdout.write(`${sent.toLocaleString('en')} ticks in ${seconds.toFixed(1)} s (${rate.toLocaleString('en')}/s)${bad}\n`);
}
