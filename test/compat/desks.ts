/** Who sends ticks: a client, how it finds the partition, and its symbols, which no one else sends. */
import { syntheticTicks } from '../../src/clients/synthetic.ts';
import type { NewTick } from '../../src/clients/tick-producer.ts';

export interface Desk {
  readonly client: 'python' | 'java';
  /**
   * `table`: the partition is named, as the topology has it. `murmur2`: the client's murmur2 partitioner. `default`: whatever the client does by
   * itself, which is crc32 in librdkafka and murmur2 in Java.
   */
  readonly partitioning: 'table' | 'murmur2' | 'default';
  readonly symbols: readonly string[];
}

const MINUTE_MS = 60_000;
/** A Monday. */
const START = Date.UTC(2026, 0, 5);
/** Longer than the 60 values of a normalised twin. */
const MINUTES = 90;
const TICKS_A_MINUTE = 3;
/** Minutes in which a desk's second symbol has no tick. */
const SILENT_MINUTES = new Set([17, 18, 40]);

/** Ticks of desks in order of time: 90 minutes with bars that are missing, optional fields, and one crossed quote a desk. */
export function ticksOf(desks: readonly Desk[]): NewTick[] {
  const symbols = desks.flatMap((desk) => desk.symbols);
  const intervalMs = MINUTE_MS / TICKS_A_MINUTE / symbols.length;
  const ticks = syntheticTicks({ symbols, seed: 6, ticks: MINUTES * TICKS_A_MINUTE * symbols.length, startMs: START, intervalMs });
  return [...ticks].filter((tick) => !isSilent(tick, desks)).map((tick) => dressed(tick, desks));
}

function isSilent({ symbol, eventTime }: NewTick, desks: readonly Desk[]): boolean {
  return desks.some(({ symbols }) => symbols[1] === symbol) && SILENT_MINUTES.has(Math.floor((eventTime - START) / MINUTE_MS));
}

/** Every third tick says no volume, every fifth has a last trade, every seventh names no source; the 100th of a desk's first symbol is crossed. */
function dressed(tick: NewTick, desks: readonly Desk[]): NewTick {
  const { symbol, seq, bid, ask } = tick;
  const { volume, sourceId, ...rest } = tick;
  const desk = desks.find(({ symbols }) => symbols.includes(symbol))!;
  return {
    ...rest,
    ...(seq! % 3 === 0 ? {} : { volume: volume! }),
    ...(seq! % 5 === 0 ? { last: (bid + ask) / 2 } : {}),
    ...(seq! % 7 === 0 ? {} : { sourceId: `${desk.client}-${desk.partitioning}` }),
    ...(isCrossed(tick, desk) ? { bid: ask, ask: bid } : {}),
  };
}

/** Whether a tick of a desk is the one that has to be refused. */
export function isCrossed({ symbol, seq }: NewTick, desk: Desk): boolean {
  return seq === 100 && symbol === desk.symbols[0];
}

/** Ticks as a file that the programs of all languages, and `arbitrex replay`, read; numbers in full. */
export function toCsv(ticks: readonly NewTick[]): string {
  const lines = ticks.map(({ symbol, eventTime, bid, ask, last, volume, seq, sourceId }) =>
    [symbol, eventTime, bid, ask, last ?? '', volume ?? '', seq ?? '', sourceId ?? ''].join(','),
  );
  return `symbol,event_time,bid,ask,last,volume,seq,source_id\n${lines.join('\n')}\n`;
}

/** The headers that the programs put on the tick in a data row of their file, the first being row 1. */
export function headersOf(row: number): { key: string; value: Buffer | null }[] {
  const hex = (digits: number): string => row.toString(16).padStart(digits, '0');
  return [
    { key: 'traceparent', value: Buffer.from(`00-${hex(32)}-${hex(16)}-01`) },
    { key: 'desk', value: Buffer.from([0x00, 0xff]) },
    { key: 'hop', value: null },
    { key: 'hop', value: Buffer.from('2') },
  ];
}
