import type { Command } from 'commander';
import type { Halt } from '../ops/halt-book.ts';
import type { HaltTarget } from '../ops/halt-targets.ts';
import type { KillSwitch } from '../ops/kill-switch.ts';
import type { CommandContext } from './context.ts';

interface HaltOptions {
  readonly symbol?: readonly string[];
  readonly reason?: string;
  readonly list?: boolean;
}

/** What one `halt` came to. */
interface Halted {
  readonly halted: readonly HaltTarget[];
  /** Those that were halted before: their halt stays as it was. */
  readonly already: readonly Halt[];
}

/** Adds `arbitrex halt`. */
export function registerHalt(program: Command): void {
  program
    .command('halt')
    .summary('stop emitting: all symbols, or some; nothing is lost')
    .description(
      'Every worker stops emitting for the symbols within a second, and without --symbol for all of them, matrices included. Reading is ' +
        'paused and nothing is discarded: `arbitrex resume` goes on where it stopped. A halt outlasts restarts.',
    )
    .option('--symbol <symbol...>', 'the symbols to halt; left out: all of them, and the matrices')
    .option('--reason <text>', 'why, for those who look later')
    .option('--list', 'only say what is halted, since when, by whom and why')
    .addHelpText(
      'after',
      `
Symbols that share a partition halt together; the command says which.

Examples:
  arbitrex halt --reason "bad feed since 14:00"
  arbitrex halt --symbol EURUSD GBPUSD --reason "crossed quotes"
  arbitrex halt --list`,
    )
    .action(async (options: HaltOptions, command: Command) => {
      const { context, killSwitch } = await openKillSwitch(command);
      try {
        if (options.list === true) list(context, killSwitch.halts());
        else await halt(context, killSwitch, options);
      } finally {
        await killSwitch.close();
      }
    });
}

/** What `halt` and `resume` work with. Close the kill switch in the end. */
export async function openKillSwitch(command: Command): Promise<{ context: CommandContext; killSwitch: KillSwitch }> {
  const [{ loadContext }, { KillSwitch }, { Registry }, { buildTopology }] = await Promise.all([
    import('./context.ts'),
    import('../ops/kill-switch.ts'),
    import('../codec/registry.ts'),
    import('../../topology/fx.ts'),
  ]);
  const context = await loadContext(command);
  const { settings, connection, registryConnection, log } = context;
  const topology = buildTopology(settings);
  return { context, killSwitch: await KillSwitch.open({ topology, connection, registry: new Registry(registryConnection), log }) };
}

/** Prints a result: as JSON, as lines, or not at all. */
export function report({ json, quiet }: CommandContext, value: object, lines: readonly string[]): void {
  if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
  else if (!quiet) process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** `EURUSD`, or `everything`. */
export function nameOf(target: string): string {
  return target === '*' ? 'everything' : target;
}

/** Since when, by whom and why, to follow "halted". */
export function circumstances({ requestedAt, requestedBy, reason }: Halt): string {
  return `since ${new Date(requestedAt).toISOString()} by ${requestedBy ?? 'an unknown hand'}${reason === null ? '' : `: ${reason}`}`;
}

/** A halt as JSON shows it. */
export function haltJson({ target, requestedAt, requestedBy, reason }: Halt): object {
  return { symbol: target, since: new Date(requestedAt).toISOString(), by: requestedBy, reason };
}

function list(context: CommandContext, halts: readonly Halt[]): void {
  const lines = halts.map((halt) => `${nameOf(halt.target)}: halted ${circumstances(halt)}`);
  report(context, { halts: halts.map(haltJson) }, lines.length > 0 ? lines : ['nothing is halted']);
}

async function halt(context: CommandContext, killSwitch: KillSwitch, options: HaltOptions): Promise<void> {
  const { requester } = await import('../ops/requester.ts');
  const wanted: HaltTarget[] =
    options.symbol === undefined ? [{ symbol: '*', partition: null, together: [] }] : await killSwitch.find(options.symbol);
  const halted = wanted.filter(({ symbol }) => killSwitch.of(symbol) === null);
  const already = wanted.map(({ symbol }) => killSwitch.of(symbol)).filter((found) => found !== null);
  await killSwitch.halt(
    halted.map(({ symbol }) => symbol),
    { reason: options.reason ?? null, requestedBy: requester() },
  );
  report(context, { halted, already: already.map(haltJson) }, inWords({ halted, already }, context.settings.sharedPartitions));
}

function inWords({ halted, already }: Halted, sharedPartitions: number): string[] {
  const names = halted.map(({ symbol }) => symbol);
  const resume = names.includes('*') ? 'arbitrex resume' : `arbitrex resume --symbol ${names.join(' ')}`;
  return [
    ...already.map((found) => `${nameOf(found.target)} is halted already, ${circumstances(found)}`),
    ...halted.flatMap((target) => [`halted ${nameOf(target.symbol)}`, ...company(target, sharedPartitions)]),
    ...(halted.length > 0 ? [`workers stop within a second and keep what they have; go on with: ${resume}`] : []),
  ];
}

/** Who is halted with a symbol: on a shared partition, symbols that have never ticked too. */
function company({ symbol, partition, together }: HaltTarget, sharedPartitions: number): string[] {
  if (partition === null || partition >= sharedPartitions) return [];
  const others = together.length === 0 ? 'no symbol that has ticked' : together.join(', ');
  return [`  ${symbol} shares partition ${partition} with ${others}: what is on it halts together`];
}
