/**
 * One quote of one symbol as the stages see it: a mutable record that a source fills and hands over again and again, so that the hot path
 * allocates nothing. Optional numbers carry a `has…` flag, because every double, NaN included, can arrive as a (bad) value.
 */
export interface Tick {
  /** The record's key where the source has one (Kafka), else null; a key other than `symbol` is BAD_SYMBOL. */
  key: string | null;
  symbol: string;
  /** UTC epoch ms. */
  eventTime: number;
  bid: number;
  ask: number;
  hasLast: boolean;
  last: number;
  hasVolume: boolean;
  volume: number;
  hasSeq: boolean;
  /** The source's own counter per symbol, in the order it sends. */
  seq: number;
  sourceId: string;
}

/** A tick to be filled by a source. */
export function emptyTick(): Tick {
  return {
    key: null,
    symbol: '',
    eventTime: 0,
    bid: 0,
    ask: 0,
    hasLast: false,
    last: 0,
    hasVolume: false,
    volume: 0,
    hasSeq: false,
    seq: 0,
    sourceId: 'unknown',
  };
}

/** Copies every field of `from` into `to`. */
export function copyTick(from: Readonly<Tick>, to: Tick): Tick {
  to.key = from.key;
  to.symbol = from.symbol;
  to.eventTime = from.eventTime;
  to.bid = from.bid;
  to.ask = from.ask;
  to.hasLast = from.hasLast;
  to.last = from.last;
  to.hasVolume = from.hasVolume;
  to.volume = from.volume;
  to.hasSeq = from.hasSeq;
  to.seq = from.seq;
  to.sourceId = from.sourceId;
  return to;
}
