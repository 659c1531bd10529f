import type { Command } from 'commander';
import type { Halt } from '../ops/halt-book.ts';
import type { HaltTarget } from '../ops/halt-targets.ts';
import type { KillSwitch } from '../ops/kill-switch.ts';
import type { CommandContext } from './context.ts';
import { circumstances, haltJson, nameOf, openKillSwitch, report } from './halt.ts';

interface ResumeOptions {
  readonly symbol?: readonly string[];
  readonly reason?: string;
  readonly keepSymbols?: boolean;
}

/** Adds `arbitrex resume`. */
export function registerResume(program: Command): void {
  program
    .command('resume')
    .summary('go on where a halt stopped')
    .description('Ends halts: workers go on at the very record where they stopped. Without --symbol every halt ends.')
    .option('--symbol <symbol...>', 'end the halts of these symbols only')
    .option('--keep-symbols', 'end the halt of everything only: symbols halted by name stay halted')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText('after', '\nExamples:\n  arbitrex resume\n  arbitrex resume --symbol EURUSD\n  arbitrex resume --keep-symbols')
    .action(async (options: ResumeOptions, command: Command) => {
      if (options.symbol !== undefined && options.keepSymbols === true) {
        const { UserError } = await import('../errors.ts');
        throw new UserError('--symbol and --keep-symbols exclude each other', { exitCode: 2 });
      }
      const { context, killSwitch } = await openKillSwitch(command);
      try {
        await resume(context, killSwitch, options);
      } finally {
        await killSwitch.close();
      }
    });
}

async function resume(context: CommandContext, killSwitch: KillSwitch, options: ResumeOptions): Promise<void> {
  const { requester } = await import('../ops/requester.ts');
  const named = options.symbol === undefined ? null : await killSwitch.find(options.symbol);
  const resumed = chosen(killSwitch, named, options.keepSymbols === true);
  await killSwitch.resume(
    resumed.map(({ target }) => target),
    { reason: options.reason ?? null, requestedBy: requester() },
  );
  const left = killSwitch.halts();
  const idle = (named ?? []).filter(({ symbol }) => resumed.every(({ target }) => target !== symbol));
  const lines = [
    ...idle.map(({ symbol }) => `${symbol} was not halted by name`),
    ...resumed.map((halt) => `resumed ${nameOf(halt.target)}, halted ${circumstances(halt)}`),
    ...(named === null && resumed.length === 0 ? ['there was nothing to resume'] : []),
    ...(named ?? []).flatMap((target) => held(target, left)),
    ...left.map((halt) => `still halted: ${nameOf(halt.target)}, ${circumstances(halt)}`),
  ];
  report(context, { resumed: resumed.map(haltJson), still_halted: left.map(haltJson) }, lines);
}

/** The halts that are to end. */
function chosen(killSwitch: KillSwitch, named: readonly HaltTarget[] | null, keepSymbols: boolean): Halt[] {
  if (named !== null) return named.map(({ symbol }) => killSwitch.of(symbol)).filter((halt) => halt !== null);
  return killSwitch.halts().filter(({ target }) => !keepSymbols || target === '*');
}

/** What still holds a symbol back: a halt of everything, or of a symbol on the same partition. */
function held({ symbol, together }: HaltTarget, left: readonly Halt[]): string[] {
  const holder = left.find(({ target }) => target === '*' || together.includes(target));
  if (holder === undefined) return [];
  return [`${symbol} is not emitted before ${nameOf(holder.target)} is resumed too`];
}
