import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from '../src/cli/options.ts';
import { build } from './lib/build.ts';
import type { BenchCommand, BenchContext } from './lib/command.ts';
import { GUARANTEES } from './lib/installation.ts';
import { addCommonOptions, type CommonOptions } from './lib/options.ts';
import { openPlatform } from './lib/platform.ts';
import type { BenchResult, Row } from './lib/result.ts';
import { medianRow } from './lib/statistics.ts';
import { measureRestore, RESTORE_TIMEFRAMES } from './recovery/restore.ts';
import { measureTakeover } from './recovery/takeover.ts';

interface RecoveryOptions extends CommonOptions {
  readonly rate: number;
  readonly after: number;
  readonly days: number;
}

/** `npm run bench -- recovery`. */
export const recovery: BenchCommand = {
  name: 'recovery',
  summary: 'seconds from kill -9 of a worker to its successor, and to restore state',
  description:
    'Two workers share 28 symbols under a steady live load; one is killed with SIGKILL. successor_s is the time from the kill to the first tier-1 record of ' +
    'one of its symbols that another worker wrote, caught_up_s to the last that came more than a second late. restore_s is the time from process ' +
    'start to a new 1m bar of every symbol, for a worker that finds the full state of 28 symbols in three timeframes (1m, 5m, 1H) in the changelogs.',
  examples: `  npm run bench -- recovery
  npm run bench -- recovery --runs 1 --rate 20000`,
  configure(command: Command) {
    addCommonOptions(command, 3);
    command
      .option('--rate <n>', 'ticks a second of the live load', positiveNumber, 2_000)
      .option('--after <s>', 'load after the kill: longer than any recovery', wholeNumber(12), 40)
      .option('--days <n>', 'days of ticks behind the state that is restored; 5 fill the windows of 1H', positiveNumber, 5);
  },
  run: (options: RecoveryOptions, context) => run(options, context),
};

async function run(options: RecoveryOptions, context: BenchContext): Promise<BenchResult> {
  await build(context);
  const platform = await openPlatform(context, options.external === true);
  const problems: string[] = [];
  const runs: Row[] = [];
  for (const guarantee of GUARANTEES) {
    const restores = await measureRestore(context, platform, guarantee, options, problems);
    for (let i = 1; i <= options.runs; i++) {
      context.progress.show(`run ${i}: ${guarantee}, a worker is killed`);
      runs.push({ ...(await measureTakeover(context, platform, guarantee, options, problems)), restore_s: restores[i - 1]! });
    }
  }
  return {
    rows: GUARANTEES.map((guarantee) => medianRow(runs.filter((row) => row.guarantee === guarantee))),
    runs,
    settings: {
      runs: options.runs,
      symbols: 28,
      rate: options.rate,
      session_timeout_ms: 10_000,
      restore: { days: options.days, timeframes: RESTORE_TIMEFRAMES },
    },
    problems,
  };
}
