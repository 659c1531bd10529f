/** Desks that send their ticks while a worker runs, and what `arbitrex replay` makes of the same ticks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillTick } from '../../src/clients/new-tick.ts';
import { replay } from '../../src/clients/replay.ts';
import type { NewTick } from '../../src/clients/tick-producer.ts';
import { emptyTick, type Tick } from '../../src/domain/tick.ts';
import type { Settings } from '../../topology/settings.ts';
import { type Outputs, readOutputs } from '../golden/outputs.ts';
import { type CleanUp, Installation } from '../integration/worker/installation.ts';
import { type Desk, ticksOf, toCsv } from './desks.ts';
import { sendTicks } from './programs.ts';

/** Partitions of an installation that lists no symbol: fewer than its symbols, so that some share one. */
const SHARED_PARTITIONS = 4;

export interface Scenario {
  readonly installation: Installation;
  readonly desks: readonly Desk[];
  /** Of all desks, in order of time. */
  readonly ticks: readonly NewTick[];
  /** What `arbitrex replay` gives for `ticks`. */
  readonly replayed: Outputs;
}

/** Has all desks send at once, on an installation of their own that lists their symbols or none; resolves when a worker has worked off all of it. */
export async function runScenario(desks: readonly Desk[], partitions: 'listed' | 'shared', cleanUp: CleanUp): Promise<Scenario> {
  const symbols = desks.flatMap((desk) => desk.symbols);
  const installation = await Installation.open(
    {
      timeframes: ['1m'],
      window: 20,
      min_obs: 10,
      // No matrix before every desk has delivered, however far ahead another one is.
      join_grace: 1_000,
      universes: [{ name: 'all', symbols }],
      ...(partitions === 'listed' ? { symbols } : { symbols: [], shared_partitions: SHARED_PARTITIONS }),
    },
    cleanUp,
  );
  const ticks = ticksOf(desks);
  const worker = await installation.startWorker();
  await Promise.all(desks.map((desk) => sendTicks(desk, installation.topic('ticks'), symbols, toCsv(ofDesk(ticks, desk)))));
  await Promise.race([worker.caughtUp(), worker.failed]);
  await worker.stop();
  return { installation, desks, ticks, replayed: await replayOf(ticks, installation.settings) };
}

/** The ticks of one desk: row i + 1 of its file is tick i. */
export function ofDesk(ticks: readonly NewTick[], { symbols }: Desk): NewTick[] {
  return ticks.filter(({ symbol }) => symbols.includes(symbol));
}

/** Ticks as the stages take them. */
export function toTicks(ticks: readonly NewTick[]): Tick[] {
  return ticks.map((tick) => fillTick(emptyTick(), tick));
}

async function replayOf(ticks: readonly NewTick[], { domain }: Settings): Promise<Outputs> {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-compat-'));
  try {
    const file = join(folder, 'ticks.csv');
    writeFileSync(file, toCsv(ticks));
    await replay(file, { input: 'ticks', domain }, folder);
    return readOutputs(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
