import type { Command } from 'commander';
import type { ReplaySummary } from '../clients/replay.ts';
import { globalOptions } from './options.ts';

interface ReplayOptions {
  readonly config?: string;
  readonly out: string;
}

/** Adds `arbitrex replay`. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .summary('run the stages over a CSV file, without a broker')
    .description(
      'Runs the same stages as the Kafka worker over a CSV file of ticks or raw bars and writes clean.csv, tier1.csv, tier2.jsonl and ' +
        'rejected.csv into a folder. Deterministic: the same file and config give the same results.',
    )
    .argument('<input>', 'ticks or raw bars: a CSV file, gzipped if its name ends in .gz, or - for standard input')
    .option('--config <file>', 'rules, YAML or JSON (default: the settings file); `input: bars` in it reads raw bars')
    .option('--out <folder>', 'folder for the results, made if need be', 'replay-out')
    .addHelpText(
      'after',
      `
Columns of ticks: symbol,event_time,bid,ask and, where known, last,volume,seq,source_id (event_time in UTC epoch ms)
Columns of raw bars: symbol,timeframe,timestamp_utc,open,high,low,close and, where known, volume,source_id (timestamp_utc: slot END)

Examples:
  arbitrex replay ticks.csv --out results
  arbitrex replay hourly.csv.gz --config backtest.yaml --out results`,
    )
    .action(async (input: string, options: ReplayOptions, command: Command) => {
      const { settings, json, quiet } = globalOptions(command);
      const [{ readSettingsText }, { parseReplayConfig }, { replay }, { createProgress, sizeOf }] = await Promise.all([
        import('./context.ts'),
        import('../../topology/settings.ts'),
        import('../clients/replay.ts'),
        import('./progress.ts'),
      ]);
      const { text, file } = await readSettingsText(options.config ?? settings);
      const config = parseReplayConfig(text, file);
      const progress = await createProgress({ quiet: quiet || json, unit: 'rows', total: sizeOf(input) });
      const began = performance.now();
      try {
        const summary = await replay(input, config, options.out, ({ rows }, bytes) => progress.update(bytes, rows));
        progress.stop();
        report(summary, options.out, performance.now() - began, json);
      } finally {
        progress.stop();
      }
    });
}

function report(summary: ReplaySummary, folder: string, tookMs: number, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...summary, folder, seconds: Number((tookMs / 1_000).toFixed(3)) })}\n`);
    return;
  }
  const rejected = Object.entries(summary.rejected).map(([reason, count]) => `${reason} ${count}`);
  process.stdout.write(
    `${summary.rows} rows -> ${summary.cleanBars} clean bars, ${summary.featureRows} tier-1 rows, ${summary.matrices} matrices ` +
      `in ${(tookMs / 1_000).toFixed(1)} s\n` +
      `rejected: ${rejected.length === 0 ? 'none' : rejected.join(', ')}\n` +
      `results in ${folder}: clean.csv, tier1.csv, tier2.jsonl, rejected.csv\n`,
  );
}
