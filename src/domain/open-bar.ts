import type { Tick } from './tick.ts';

/** A tick without a sequence number comes before those with one at the same event time (spec section 2). */
const NO_SEQ = Number.NEGATIVE_INFINITY;

/** A bar while its slot is open. Objects are used again for later slots, so that an open bar costs no allocation per slot. */
export class OpenBar {
  slot = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;
  /** Sum of (ask - bid) / mid over the ticks. */
  spreadSum = 0;
  tickCount = 0;
  firstTime = 0;
  firstSeq = NO_SEQ;
  lastTime = 0;
  lastSeq = NO_SEQ;
  /** The closing tick's source. */
  sourceId = '';

  /** Starts over for another slot, with no tick yet. */
  reset(slot: number): void {
    this.slot = slot;
    this.tickCount = 0;
    this.volume = 0;
    this.spreadSum = 0;
  }

  /** Adds a tick of this slot at the given price (spec section 2: open and close by (event_time, seq, arrival)). */
  add(tick: Tick, price: number): void {
    const seq = tick.hasSeq ? tick.seq : NO_SEQ;
    const time = tick.eventTime;
    if (this.tickCount === 0) {
      this.open = this.high = this.low = this.close = price;
      this.firstTime = this.lastTime = time;
      this.firstSeq = this.lastSeq = seq;
      this.sourceId = tick.sourceId;
    } else {
      if (price > this.high) this.high = price;
      if (price < this.low) this.low = price;
      if (time < this.firstTime || (time === this.firstTime && seq < this.firstSeq)) {
        this.open = price;
        this.firstTime = time;
        this.firstSeq = seq;
      }
      if (time > this.lastTime || (time === this.lastTime && seq >= this.lastSeq)) {
        this.close = price;
        this.lastTime = time;
        this.lastSeq = seq;
        this.sourceId = tick.sourceId;
      }
    }
    this.volume += tick.hasVolume ? tick.volume : 1;
    this.spreadSum += (tick.ask - tick.bid) / mid(tick);
    this.tickCount++;
  }
}

/** (bid + ask) / 2, also where the sum would overflow. */
export function mid(tick: Tick): number {
  const sum = tick.bid + tick.ask;
  return sum < Number.POSITIVE_INFINITY ? sum / 2 : tick.bid / 2 + tick.ask / 2;
}
