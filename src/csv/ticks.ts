import { emptyTick, type Tick } from '../domain/tick.ts';
import { parseDouble, parseInteger } from './numbers.ts';
import type { OnBytes } from './open.ts';
import { type CsvRow, readRows } from './rows.ts';

const COLUMNS = { required: ['symbol', 'event_time', 'bid', 'ask'], optional: ['last', 'volume', 'seq', 'source_id'] } as const;

/** A row of a tick file: the tick it holds, or what is wrong with it. */
export interface TickRow {
  readonly row: number;
  readonly line: number;
  readonly tick: Tick;
  /** Null where the row holds a tick (which the checks of the domain may still refuse); else which cell does not read. */
  readonly problem: string | null;
}

/**
 * Reads ticks from a CSV file: columns symbol, event_time (UTC epoch ms), bid, ask and, where known, last, volume, seq, source_id. An empty
 * cell is null; prices and volumes may be nan, inf or -inf (the domain refuses those).
 */
export async function* readTicks(path: string, onBytes?: OnBytes): AsyncGenerator<TickRow[]> {
  for await (const rows of readRows(path, COLUMNS, onBytes)) yield rows.map(toTick);
}

function toTick({ row, line, cells }: CsvRow): TickRow {
  const [symbol = '', eventTime = '', bid = '', ask = '', last = '', volume = '', seq = '', sourceId = ''] = cells;
  const tick = emptyTick();
  const bad: string[] = [];
  const number = (name: string, text: string, value: number | undefined): number => {
    if (value === undefined) bad.push(`${name} "${text}"`);
    return value ?? 0;
  };
  tick.symbol = symbol;
  tick.eventTime = number('event_time', eventTime, parseInteger(eventTime));
  tick.bid = number('bid', bid, parseDouble(bid));
  tick.ask = number('ask', ask, parseDouble(ask));
  tick.hasLast = last !== '';
  if (tick.hasLast) tick.last = number('last', last, parseDouble(last));
  tick.hasVolume = volume !== '';
  if (tick.hasVolume) tick.volume = number('volume', volume, parseDouble(volume));
  tick.hasSeq = seq !== '';
  if (tick.hasSeq) tick.seq = number('seq', seq, parseInteger(seq));
  if (sourceId !== '') tick.sourceId = sourceId;
  return { row, line, tick, problem: bad.length === 0 ? null : `does not read as a number: ${bad.join(', ')}` };
}
