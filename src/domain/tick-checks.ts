import { mid } from './open-bar.ts';
import type { Refusal } from './reason.ts';
import type { PriceField } from './settings.ts';
import type { Tick } from './tick.ts';

/** The first reason to refuse the tick by its own fields, in the order of spec section 1, or null where it passes. */
export function checkTick(tick: Tick, price: PriceField): Refusal | null {
  if (hasBadSymbol(tick)) return 'BAD_SYMBOL';
  if (!isPrice(tick.bid) || !isPrice(tick.ask)) return 'BAD_PRICE';
  if (price === 'last' && !(tick.hasLast && isPrice(tick.last))) return 'BAD_PRICE';
  if (tick.ask < tick.bid) return 'CROSSED';
  if (tick.hasVolume && !(tick.volume >= 0 && tick.volume < Number.POSITIVE_INFINITY)) return 'BAD_VOLUME';
  return null;
}

/** True where the tick belongs to no symbol: none is named, or the record's key names another. */
export function hasBadSymbol(tick: Tick): boolean {
  return tick.symbol === '' || (tick.key !== null && tick.key !== tick.symbol);
}

/** The price that the settings build bars from. The tick has passed `checkTick`. */
export function priceOf(tick: Tick, price: PriceField): number {
  switch (price) {
    case 'mid':
      return mid(tick);
    case 'bid':
      return tick.bid;
    case 'ask':
      return tick.ask;
    case 'last':
      return tick.last;
  }
}

function isPrice(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}
