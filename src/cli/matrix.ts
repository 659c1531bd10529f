import type { Command } from 'commander';
import { addSuffixOption, wholeNumber } from './options.ts';

/** What `arbitrex matrix` takes. */
export interface MatrixOptions {
  readonly universe?: string;
  readonly timeframe?: string;
  readonly version?: number;
}

/** Adds `arbitrex matrix`. */
export function registerMatrix(program: Command): void {
  addSuffixOption(program.command('matrix'))
    .summary('print a correlation matrix with its strongest pairs')
    .description('Prints the newest correlation matrix, or a given version of it, as a table.')
    .option('--universe <name>', 'universe (default: the first of the settings)')
    .option('--timeframe <timeframe>', 'timeframe (default: the first of the settings that has a matrix)')
    .option('--version <n>', 'this version instead of the newest', wholeNumber(1))
    .addHelpText('after', '\nExamples:\n  arbitrex matrix --timeframe 1H\n  arbitrex matrix --universe majors --version 120 --json')
    .action(async (options: MatrixOptions, command: Command) => {
      const { runMatrix } = await import('./run-matrix.ts');
      await runMatrix(options, command);
    });
}
