import { UserError } from '../errors.ts';

/** Asks on a terminal whether to go on; elsewhere only --yes will do. Throws UserError where the answer is not yes. `why` is what there is to lose. */
export async function confirm(why: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UserError(`${why} and there is no terminal to ask on`, { hint: 'add --yes if you mean it', exitCode: 2 });
  }
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('go on? (yes/no) ');
    if (answer.trim().toLowerCase() !== 'yes') throw new UserError('nothing was deleted: the answer was not yes');
  } finally {
    lines.close();
  }
}
