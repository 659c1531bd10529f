import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/errors.ts';
import type { BenchContext } from '../lib/command.ts';
import { type Guarantee, Installation } from '../lib/installation.ts';
import { marketSettings, marketSymbols, marketTicks } from '../lib/market.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import { openReader } from '../lib/reader.ts';
import { rounded } from '../lib/statistics.ts';
import { WorkerProcess } from '../lib/worker-process.ts';

export const RESTORE_TIMEFRAMES = ['1m', '5m', '1H'] as const;
const MINUTES_PER_DAY = 1_440;
const LIMIT_MS = 900_000;
const POLL_MS = 50;

/**
 * Works off `days` of ticks, one a symbol and minute, and then, `runs` times: ticks of three more minutes are written, a worker is started, and the
 * time is taken until a new bar of every symbol can be read. @returns seconds, one a run.
 */
export async function measureRestore(
  { scope, progress }: BenchContext,
  platform: BenchPlatform,
  guarantee: Guarantee,
  { days, runs }: { days: number; runs: number },
  problems: string[],
): Promise<number[]> {
  const symbols = marketSymbols();
  const installation = await Installation.create({ scope, progress }, platform, marketSettings(RESTORE_TIMEFRAMES));
  const settingsFile = installation.settingsFile(guarantee);
  const start = () => WorkerProcess.start(scope, platform, { settingsFile, workers: 1 });
  const ticks = marketTicks(symbols, Number.POSITIVE_INFINITY, 1);
  const writeMinutes = async (minutes: number) => await installation.produce(takeFrom(ticks, minutes * symbols.length));
  progress.show(`${guarantee}: state of ${days} days is built up`);
  await writeMinutes(Math.ceil(days * MINUTES_PER_DAY));
  const first = start();
  await Promise.race([untilWorkedOff(installation), first.failed()]);
  await first.stop();
  const seconds: number[] = [];
  for (let i = 1; i <= runs; i++) {
    progress.show(`run ${i}: ${guarantee}, state is restored`);
    await writeMinutes(3);
    const seen = await newBars(installation, symbols);
    const worker = start();
    await Promise.race([seen.all, worker.failed()]);
    seconds.push(rounded((Date.now() - worker.startedAt) / 1_000, 2));
    await untilWorkedOff(installation);
    await worker.stop();
    await seen.close();
  }
  const deadLetters = await installation.count('dead-letters');
  if (deadLetters > 0) problems.push(`${guarantee}: ${deadLetters} dead letters while state was restored`);
  return seconds;
}

/** The next `count` of an endless source, which goes on afterwards: an iterator's own take() ends it. */
function* takeFrom<T>(source: Iterator<T>, count: number): Generator<T> {
  for (let i = 0; i < count; i++) yield source.next().value as T;
}

/** Resolves when the group has committed all that lies in `ticks`. */
async function untilWorkedOff({ admin, groupId, topology }: Installation): Promise<void> {
  const topic = topology.topics.ticks.name;
  const ends = await admin.watermarks(topic);
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const positions = await admin.committedOffsets(groupId, topic);
    if (ends.every(({ high }, partition) => (positions[partition] ?? 0) >= high)) return;
    if (performance.now() > limit) throw new UserError(`the ticks were not worked off within ${LIMIT_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}

/** Reads tier-1 records from the end of the topic on; `all` resolves when there is one of every symbol. */
async function newBars(
  { admin, connection, topology }: Installation,
  symbols: readonly string[],
): Promise<{ all: Promise<void>; close: () => Promise<void> }> {
  const topic = topology.topics['features-tier1'].name;
  const reader = await openReader(connection);
  for (const [partition, { high }] of (await admin.watermarks(topic)).entries()) reader.assign(topic, partition, high);
  const missing = new Set(symbols);
  const limit = performance.now() + LIMIT_MS;
  const all = (async () => {
    while (missing.size > 0) {
      if (performance.now() > limit) throw new UserError(`no new bar of ${[...missing].join(', ')} within ${LIMIT_MS / 1_000} s`);
      for (const { records } of await reader.fetch()) for (const { key } of records) missing.delete(key!.toString());
    }
  })();
  return { all, close: () => reader.close() };
}
