import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { packageRoot } from '../../src/paths.ts';
import { run } from '../../src/platform/commands.ts';
import { tailOf } from '../../src/platform/logs.ts';
import type { BenchContext } from './command.ts';

const BUILD_LIMIT_MS = 120_000;

/** Builds the program that is measured, so that it is this source's. Throws UserError with the compiler's words. */
export async function build({ progress }: BenchContext): Promise<void> {
  progress.show('building');
  const compiler = join(packageRoot, 'node_modules/.bin/tsc');
  const options = { env: process.env, cwd: packageRoot, timeoutMs: BUILD_LIMIT_MS };
  const { code, output } = await run(compiler, ['-p', 'tsconfig.build.json'], options);
  if (code !== 0) throw new UserError(`the program cannot be built:\n${tailOf(output)}`);
}
