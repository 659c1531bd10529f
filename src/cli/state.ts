import type { Command } from 'commander';
import { addSuffixOption } from './options.ts';

/** Adds `arbitrex state inspect`. */
export function registerState(program: Command): void {
  const state = program
    .command('state')
    .summary('look at the state that workers restore')
    .description('Looks at the state that workers keep in the changelogs.');
  addSuffixOption(state.command('inspect'))
    .summary('what the changelogs hold, and what a start would do with it')
    .description(
      'Shows what the changelogs hold, read from the cluster: how far each task has come, what it remembers of every symbol, and whether a ' +
        'worker that starts under these settings would restore it or make it again, and why. Changes nothing; workers may be running.',
    )
    .argument('[what]', 'a symbol, or a join as UNIVERSE/TIMEFRAME; left out: everything')
    .addHelpText(
      'after',
      `
Tasks (one a partition, and one a join):
  at a start   restore: the state is taken over; rebuild: it is made again from the retained input, and why;
               begin: there is none yet; unreadable: a start would fail
  committed    the group's position in the input, of so many records
  records      keys of the changelogs that count, and their bytes

Symbols (clean stage):
  includes     input position that the state includes: records below it are in it
  highest      newest event time accepted; sources: those whose repeats are recognised
  held         a tick held back because it is far ahead of the others
  open         bars that have not closed

Series (tier 1): bars and valid bars so far, and the last valid bars, from which the windows are made again.
Joins: newest version, timestamps so far, rows kept, newest timestamp T, and where reading of features-tier1 goes on.

Exit code: 0 if it could be read, whatever it says; 2 if there is no such symbol or join; 1 for all else.

Examples:
  arbitrex state inspect
  arbitrex state inspect EURUSD
  arbitrex state inspect majors/1H
  arbitrex state inspect --json | jq '.inputs[] | select(.outlook == "rebuild") | {task, why}'`,
    )
    .action(async (what: string | undefined, _options: object, command: Command) => {
      const { runStateInspect } = await import('./run-state-inspect.ts');
      await runStateInspect(what ?? null, command);
    });
}
