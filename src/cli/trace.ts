import type { Command } from 'commander';
import { addSuffixOption } from './options.ts';

/** Adds `arbitrex trace`. */
export function registerTrace(program: Command): void {
  addSuffixOption(program.command('trace'))
    .summary('print the path of a bar through the topics')
    .description(
      'Prints the tick that closed a bar, the bar, its tier-1 row and the matrices it entered: where each lies, when it went out, under ' +
        'which trace, schema and version. Reads from the bar’s time on, in no consumer group.',
    )
    .argument('<bar>', 'SYMBOL/TIMEFRAME@TIME, the time being the END of its slot: ISO 8601 or UTC epoch ms')
    .addHelpText(
      'after',
      `
Examples:
  arbitrex trace EURUSD/1m@2026-01-05T00:05Z
  arbitrex trace EURUSD/1H@1767574800000 --json`,
    )
    .action(async (bar: string, _options: object, command: Command) => {
      const { runTrace } = await import('./run-trace.ts');
      await runTrace(bar, command);
    });
}
