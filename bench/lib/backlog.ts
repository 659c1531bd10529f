import type { BenchContext } from './command.ts';
import { Installation, type SettingsText } from './installation.ts';
import { type BenchTimeframe, type Expected, expectedOf, marketSettings, marketTicks } from './market.ts';
import type { BenchPlatform } from './platform.ts';

/** Ticks that lie in Kafka before anything works on them, and what must come of them. */
export interface Backlog {
  readonly installation: Installation;
  readonly expected: Expected;
}

/** Makes an installation for these symbols and timeframes and writes its ticks. `more` settings go before the market's. */
export async function writeBacklog(
  context: BenchContext,
  platform: BenchPlatform,
  { symbols, timeframes, ticks }: { symbols: readonly string[]; timeframes: readonly BenchTimeframe[]; ticks: number },
  more: SettingsText = {},
): Promise<Backlog> {
  const { progress } = context;
  const installation = await Installation.create(context, platform, marketSettings(timeframes, symbols, more));
  progress.show(`writing ${ticks.toLocaleString('en')} ticks`);
  await installation.produce(marketTicks(symbols, ticks), (sent) => progress.advance(`${sent.toLocaleString('en')} ticks`));
  return { installation, expected: expectedOf(symbols, ticks, timeframes) };
}
