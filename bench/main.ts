/** The benchmarks: `npm run bench -- <command>`. See docs/performance.md. */
import { Command } from 'commander';
import { failureOf } from '../src/cli/failure.ts';
import { COMMANDS } from './commands.ts';
import type { BenchCommand } from './lib/command.ts';
import { describeMachine, machineLine } from './lib/machine.ts';
import { createProgress } from './lib/progress.ts';
import { jsonLine } from './lib/result.ts';
import { Scope } from './lib/scope.ts';
import { renderTable } from './lib/table.ts';

/** Ended by Ctrl-C: 128 + SIGINT. */
const INTERRUPTED_EXIT_CODE = 130;

const scope = new Scope();
const progress = createProgress();
let isInterrupted = false;

async function measure(bench: BenchCommand, options: { json?: boolean }): Promise<void> {
  const machine = describeMachine();
  const result = await bench.run(options, { progress, scope });
  await scope.close();
  progress.clear();
  const { rows, notes = [], problems = [] } = result;
  if (options.json !== true) process.stdout.write(`${[machineLine(machine), renderTable(rows), ...notes].join('\n\n')}\n\n`);
  process.stdout.write(`${jsonLine(bench.name, machine, result)}\n`);
  for (const problem of problems) process.stderr.write(`WRONG: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

function createProgram(): Command {
  const program = new Command('bench')
    .description(
      'Benchmarks of arbitrex. Each prints one table and one JSON line: medians of several runs, and the machine they were made on.',
    )
    .exitOverride()
    .showHelpAfterError('run with --help for usage')
    .addHelpText(
      'after',
      '\nFigures are worth something on a quiet machine only: others_cpu_s says what other programs used meanwhile; it should be near 0.',
    );
  for (const bench of COMMANDS) {
    const command = program
      .command(bench.name)
      .summary(bench.summary)
      .description(bench.description)
      .option('--json', 'print the JSON line only')
      .option('--debug', 'print stack traces')
      .addHelpText('after', `\nExamples:\n${bench.examples}`)
      .action((options) => measure(bench, options));
    bench.configure(command);
  }
  return program;
}

function fail(error: unknown): void {
  progress.clear();
  const { text, exitCode } = failureOf(error, process.argv.includes('--debug'));
  if (text !== null) process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

/** Ends what was started, once, whatever ends the benchmark. */
async function interrupt(): Promise<void> {
  if (isInterrupted) process.exit(INTERRUPTED_EXIT_CODE);
  isInterrupted = true;
  progress.show('ending what was started; press again to leave it');
  await scope.close().catch(fail);
  process.exit(INTERRUPTED_EXIT_CODE);
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
try {
  await createProgram().parseAsync();
} catch (error) {
  // What was ended for an interrupt has failed because of it.
  if (!isInterrupted) {
    fail(error);
    await scope.close().catch(fail);
  }
}
// A client that is slow to close its sockets does not keep the process; an interrupt ends it when all is ended.
if (!isInterrupted) process.exit();
