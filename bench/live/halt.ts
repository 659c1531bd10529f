import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/errors.ts';
import { packageRoot } from '../../src/paths.ts';
import type { BenchContext } from '../lib/command.ts';
import type { Guarantee } from '../lib/installation.ts';
import { marketSymbols } from '../lib/market.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import { Program } from '../lib/program.ts';
import type { Row } from '../lib/result.ts';
import { latenciesBetween } from './latencies.ts';
import type { Observed } from './observer-messages.ts';
import { LiveSession } from './session.ts';

/** Workers stop within a second of a halt. */
const HALT_TAKES_MS = 1_000;

/** What the phases of one session are like, in this order. */
const PHASES = ['before', 'halted', 'resumed', 'poisoned'] as const;
type Phase = (typeof PHASES)[number];

/**
 * One session, four phases of equal length: nothing amiss, the symbol halted, resumed, half of its records garbage. One row a phase with the
 * latencies of all other symbols. A halted symbol that goes on is a problem, and so is any other symbol's bar that does not come.
 */
export async function measureHalt(
  { halt: symbol, seconds, warmup, workers }: { halt: string; seconds: number; warmup: number; workers: number },
  context: BenchContext,
  platform: BenchPlatform,
  { guarantee, rate }: { guarantee: Guarantee; rate: number },
  problems: string[],
): Promise<Row[]> {
  if (!marketSymbols().includes(symbol)) {
    throw new UserError(`--halt ${symbol}: the benchmark has no such symbol`, {
      hint: `it has ${marketSymbols().join(', ')}`,
      exitCode: 2,
    });
  }
  const session = await LiveSession.start(context, platform, { guarantee, ticksPerSecond: rate, workers: [workers] });
  const command = (args: readonly string[]) => runCommand(context, platform, [...args, '--settings', session.settingsFile]);
  const enter: Readonly<Record<Phase, () => Promise<void>>> = {
    before: () => sleep(1_000 * warmup),
    halted: () => command(['halt', '--symbol', symbol, '--reason', 'benchmark']),
    resumed: () => command(['resume', '--symbol', symbol]),
    poisoned: async () => session.poison(symbol),
  };
  const times: { phase: Phase; from: number; until: number }[] = [];
  for (const phase of PHASES) {
    context.progress.show(`${guarantee}, ${rate.toLocaleString('en')} ticks/s: ${phase}`);
    await session.whileAllIsWell(enter[phase]());
    const from = Date.now();
    await session.whileAllIsWell(sleep(1_000 * seconds));
    times.push({ phase, from, until: Date.now() });
  }
  const { load, observation } = await session.finish();
  const own = observation.rows.filter(({ name }) => name === symbol);
  const others = observation.rows.filter(({ name }) => name !== symbol);
  const name = `${guarantee}, ${rate}/s`;
  if (load.garbage === 0) problems.push(`${name}: no record of ${symbol} was spoilt`);
  return times.map(({ phase, from, until }) => {
    const { count, p50, p99, max, notSeen } = latenciesBetween(others, from, until);
    const emitted = seenWithin(own, from + HALT_TAKES_MS, until);
    if (notSeen > 0) problems.push(`${name}, ${phase}: ${notSeen} tier-1 records of other symbols were not seen`);
    if (phase === 'halted' && emitted > 0) problems.push(`${name}: ${symbol} emitted ${emitted} tier-1 records while it was halted`);
    if (phase !== 'halted' && emitted === 0) problems.push(`${name}, ${phase}: ${symbol} emitted nothing`);
    return { guarantee, rate, phase, others_bars: count, others_p50_ms: p50, others_p99_ms: p99, others_max_ms: max, own_bars: emitted };
  });
}

function seenWithin(observed: readonly Observed[], fromMs: number, untilMs: number): number {
  return observed.filter(({ seenAt }) => seenAt !== null && seenAt >= fromMs && seenAt < untilMs).length;
}

/** Runs one command of the built program to its end. */
async function runCommand(
  { scope }: BenchContext,
  { brokers, registryUrl, folder }: BenchPlatform,
  args: readonly string[],
): Promise<void> {
  const program = Program.start(scope, {
    command: process.execPath,
    args: [join(packageRoot, 'dist/src/cli/main.js'), ...args],
    cwd: folder,
    logFile: join(folder, 'commands.log'),
    env: { ...process.env, KAFKA_BROKERS: brokers.join(','), SCHEMA_REGISTRY_URL: registryUrl },
  });
  await program.output();
}
