import type { Tick } from '../domain/tick.ts';

/** A tick to be sent: what it has of optional fields. Times are UTC epoch ms. */
export type NewTick = Pick<Tick, 'symbol' | 'eventTime' | 'bid' | 'ask'> & Partial<Pick<Tick, 'last' | 'volume' | 'seq' | 'sourceId'>>;

const DOUBLES = ['bid', 'ask', 'last', 'volume'] as const;
const LONGS = ['eventTime', 'seq'] as const;

/**
 * Why a tick cannot be sent, naming its field; null where it can. Only what Avro cannot carry, or nobody could find again: whether a quote
 * makes sense (crossed, late, an unknown symbol) is for the workers to judge.
 */
export function problemOf(tick: NewTick): string | null {
  if (typeof tick.symbol !== 'string' || tick.symbol === '') return 'has no symbol';
  for (const name of DOUBLES) {
    const value = tick[name];
    if (isGiven(name, value) && !Number.isFinite(value)) return `${name} is ${shown(value)}`;
  }
  for (const name of LONGS) {
    const value = tick[name];
    if (isGiven(name, value) && !Number.isSafeInteger(value)) return `${name} is ${shown(value)}, no whole number`;
  }
  return null;
}

/** A required field counts as given: its absence is a problem of its own. */
function isGiven(name: (typeof DOUBLES)[number] | (typeof LONGS)[number], value: unknown): boolean {
  return value !== undefined || name === 'bid' || name === 'ask' || name === 'eventTime';
}

/** Text that only looks like a number is told from one: callers without types send it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What of a tick is to be sent. */
export function toNewTick(tick: Readonly<Tick>): NewTick {
  const { symbol, eventTime, bid, ask, sourceId } = tick;
  return {
    symbol,
    eventTime,
    bid,
    ask,
    sourceId,
    ...(tick.hasLast ? { last: tick.last } : {}),
    ...(tick.hasVolume ? { volume: tick.volume } : {}),
    ...(tick.hasSeq ? { seq: tick.seq } : {}),
  };
}

/** Fills `tick` from what is to be sent; gives it back. */
export function fillTick(tick: Tick, from: NewTick): Tick {
  tick.symbol = from.symbol;
  tick.eventTime = from.eventTime;
  tick.bid = from.bid;
  tick.ask = from.ask;
  tick.hasLast = from.last !== undefined;
  tick.last = from.last ?? 0;
  tick.hasVolume = from.volume !== undefined;
  tick.volume = from.volume ?? 0;
  tick.hasSeq = from.seq !== undefined;
  tick.seq = from.seq ?? 0;
  tick.sourceId = from.sourceId ?? 'unknown';
  return tick;
}
