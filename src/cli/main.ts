#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { failureOf } from './failure.ts';
import { createProgram } from './program.ts';

// Reading and compiling our modules is most of what a command takes to start; commands are loaded when they are called, after this.
enableCompileCache();

const debug = process.argv.includes('--debug');

/** Says what went wrong and ends the process: a failed command may leave sockets open that would keep it alive. */
function fail(error: unknown): never {
  const { text, exitCode } = failureOf(error, debug);
  if (text !== null) process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

// `arbitrex consume … | head` closes our output when it has seen enough: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : fail(error)));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

// `arbitrex --version` asks for ours; `arbitrex matrix --version 3` for a matrix.
if (process.argv[2] === '--version') process.argv[2] = '-V';

try {
  await createProgram().parseAsync();
} catch (error) {
  fail(error);
}
