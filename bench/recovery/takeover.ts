import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../lib/command.ts';
import type { Guarantee } from '../lib/installation.ts';
import type { BenchPlatform } from '../lib/platform.ts';
import type { Row } from '../lib/result.ts';
import { rounded } from '../lib/statistics.ts';
import { takeoverSince } from '../live/latencies.ts';
import { LiveSession } from '../live/session.ts';

/** Load before the kill: both workers have long taken their share. */
const SETTLE_MS = 10_000;
/** A tier-1 record that waited longer waited for the recovery. */
const LATE_MS = 1_000;
/** Half the session timeout: only a symbol without a worker is silent so long. */
const SILENT_MS = 5_000;

/** Two workers under load, one of them killed. What is lost, or (exactly once) comes twice, is a problem. */
export async function measureTakeover(
  context: BenchContext,
  platform: BenchPlatform,
  guarantee: Guarantee,
  { rate, after }: { rate: number; after: number },
  problems: string[],
): Promise<Row> {
  const session = await LiveSession.start(context, platform, { guarantee, ticksPerSecond: rate, workers: [1, 1] });
  await session.whileAllIsWell(sleep(SETTLE_MS));
  const killedAt = Date.now();
  await session.workers[0]!.kill();
  await session.whileAllIsWell(sleep(1_000 * after));
  const { observation } = await session.finish();
  const takeover = takeoverSince(observation.rows, killedAt, LATE_MS, SILENT_MS);
  const lost = observation.rows.filter(({ seenAt }) => seenAt === null).length;
  if (takeover === null) problems.push(`${guarantee}: nothing was taken over: the killed worker had no symbol`);
  if (lost > 0) problems.push(`${guarantee}: ${lost} tier-1 records never came`);
  if (guarantee === 'exactly_once' && observation.seenTwice > 0)
    problems.push(`${guarantee}: ${observation.seenTwice} tier-1 records came twice`);
  const seconds = (at: number | undefined) => (at === undefined ? null : rounded((at - killedAt) / 1_000, 2));
  return {
    guarantee,
    rate,
    symbols_taken_over: takeover?.symbols ?? 0,
    successor_s: seconds(takeover?.firstAt),
    caught_up_s: seconds(takeover?.lastAt),
    late_bars: takeover?.bars ?? 0,
    seen_twice: observation.seenTwice,
  };
}
