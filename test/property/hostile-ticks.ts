import type { BarSettings } from '../../src/domain/settings.ts';
import type { Tick } from '../../src/domain/tick.ts';
import type { Timeframe } from '../../src/domain/timeframe.ts';
import { barSettings, DAY, HOUR, MINUTE, SECOND, tickAt, utc } from '../unit/domain/support.ts';
import { uniform } from './hostile.ts';

/** Near the spring change of New York's clocks, on a Friday: week-ends and short days are within reach. */
const START = utc('2024-03-08T15:00');
const TIMEFRAME_SETS: ReadonlyArray<readonly Timeframe[]> = [['1s'], ['1m'], ['1m', '5m', '1H'], ['15m', '1D'], ['4H', '1D', '1m']];

/** Settings of every kind, with limits small enough that gaps and jumps are common. */
export function hostileSettings(seed: number): BarSettings {
  const random = uniform(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const timeframes = pick(TIMEFRAME_SETS);
  const closures = Array.from({ length: Math.floor(random() * 4) }, () => {
    const fromMs = START + Math.floor(random() * 2 * DAY);
    return { fromMs, toMs: fromMs + Math.floor(random() * 6 * HOUR) };
  });
  return barSettings({
    timeframes,
    closures,
    price: pick(['mid', 'bid', 'ask', 'last']),
    calendar: pick(['24x7', 'fx']),
    maxJumpMs: pick([MINUTE, HOUR, 5 * DAY, Number.POSITIVE_INFINITY]),
    graceMs: { [timeframes[0]!]: pick([0, 0, 1, 700, 20 * SECOND, 10 * MINUTE]) },
    maxGapBars: pick([0, 1, 5, 40]),
    minVolume: pick([0, 1, 3]),
    spread: pick(['quoted', 'hl', 'off']),
  });
}

/** A source whose clock drifts, stops, jumps and lies: the next event time after `now`. */
function nextTime(now: number, pace: number, random: () => number): number {
  const dice = random();
  if (dice < 0.7) return now + Math.floor(pace * random());
  if (dice < 0.8) return now - Math.floor(3 * pace * random());
  if (dice < 0.9) return Math.ceil((now + 1) / MINUTE) * MINUTE;
  if (dice < 0.97) return now + Math.floor(60 * pace * random());
  if (dice < 0.99) return now + Math.floor(4 * DAY * random());
  return [-9e15, -8.64e15, 0, 8.64e15, 9e15, now + HOUR][Math.floor(6 * random())]!;
}

/**
 * Ticks of one symbol with all that goes wrong: disorder, border times, repeats, restarted counters, bad fields, lying clocks. The seed draws
 * their pace (longest usual time between two of them) where none is given.
 */
export function hostileTicks(seed: number, length: number, paceMs?: number): Tick[] {
  const random = uniform(seed);
  const drawn = 10 ** (2 + 4 * random());
  const pace = paceMs ?? drawn;
  let now = START;
  let seq = 0;
  const ticks: Tick[] = [];
  while (ticks.length < length) {
    if (ticks.length > 0 && random() < 0.05) {
      ticks.push(ticks[Math.floor(random() * ticks.length)]!);
      continue;
    }
    const eventTime = nextTime(now, pace, random);
    // A lying clock does not carry on: the next tick is on time again, now and then it is not.
    if (Math.abs(eventTime - now) < 5 * DAY || random() < 0.02) now = eventTime;
    seq = random() < 0.01 ? 0 : seq + 1;
    const price = 1 + 0.1 * random();
    const bad = random() < 0.05 ? [{ symbol: '' }, { bid: Number.NaN }, { ask: 0.5 }, { volume: -1 }][Math.floor(4 * random())] : {};
    const fields: Partial<Tick> = { bid: price, ask: price * (1 + 1e-4 * random()), sourceId: random() < 0.3 ? 'b' : 'a', last: price };
    if (random() < 0.7) fields.seq = seq;
    if (random() < 0.5) fields.volume = Math.floor(5 * random());
    ticks.push(tickAt(eventTime, price, { ...fields, ...bad }));
  }
  return ticks;
}
