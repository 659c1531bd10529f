import { encodeTick } from '../../src/codec/encoders.ts';
import { AvroWriter } from '../../src/codec/writer.ts';
import { emptyTick, type Tick } from '../../src/domain/tick.ts';
import { between, randomOf } from './random.ts';

/** Partition 0 is shared by the two symbols that are not listed; the others have one each. */
export const LISTED = ['EURUSD', 'GBPUSD', 'USDJPY'] as const;
export const UNLISTED = ['XAUUSD', 'BTCUSD'] as const;
export const SHARED_PARTITION = 0;
/** Symbols of partition p, by p. */
const PLACES: readonly (readonly string[])[] = [UNLISTED, ...LISTED.map((symbol) => [symbol])];
export const PARTITIONS = PLACES.length;

/** One record of `ticks` as the suite produces it, and what the suite knows of it. */
export interface InputRecord {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  /** What is in the value; null where it is no tick. */
  readonly tick: Tick | null;
  /** Why it is no tick. */
  readonly poison: 'UNDECODABLE' | 'UNKNOWN_SCHEMA' | null;
}

/** What the input is made of. */
export interface InputOptions {
  /** Minutes of event time. */
  readonly minutes: number;
  /** Share of records that are spoilt, 0 to 1. */
  readonly poison: number;
  /** Schema of ticks, and from the middle of the input on, where given, of a later version with one text field more. */
  readonly schemaId: number;
  readonly laterSchemaId: number | null;
}

const START_MS = Date.UTC(2026, 5, 1, 8);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NO_SUCH_SCHEMA = 987_654;
const BASE_PRICES: Readonly<Record<string, number>> = { EURUSD: 1.08, GBPUSD: 1.27, USDJPY: 156, XAUUSD: 2_350, BTCUSD: 67_000 };

/**
 * Ticks of five symbols on four partitions, the same for the same seed: random walks, with repeats, ticks out of order and too late, clocks
 * that run ahead, silent minutes, records on a partition that is not theirs, and records that are no ticks at all.
 */
export function makeInput(seed: number, options: InputOptions): InputRecord[][] {
  const random = randomOf(seed);
  const encode = encoderOf(options);
  const partitions = PLACES.map((symbols, partition) => {
    const streams = symbols.map((symbol) => symbolTicks(symbol, random, options.minutes));
    // Symbols that share a partition come interleaved; what is out of order within a symbol stays so.
    return streams[1] === undefined ? streams[0]! : interleave(streams[0]!, streams[1], random).map((tick) => ({ ...tick, partition }));
  });
  return partitions.map((ticks, partition) => {
    const records = ticks.flatMap((tick, i) => {
      const record = recordOf(partition, tick, encode(tick, i > ticks.length / 2));
      return random() < options.poison ? [spoilt(record, random), record] : [record];
    });
    // Only one partition holds ticks of another: where several did, the order in which they are sent on would be left to chance.
    return partition === 1 ? withStrangers(records, options, encode, random) : records;
  });
}

function symbolTicks(symbol: string, random: () => number, minutes: number): Tick[] {
  const ticks: Tick[] = [];
  let log = Math.log(BASE_PRICES[symbol]!);
  let seq = 0;
  for (let minute = 0; minute < minutes; minute++) {
    if (random() < 0.04) continue;
    const inMinute: Tick[] = [];
    for (let count = between(random, 2, 5); count > 0; count--) {
      log += (random() - 0.5) * 4e-4;
      const mid = Math.exp(log);
      const half = mid * 5e-5 * (1 + random());
      inMinute.push({
        ...emptyTick(),
        key: symbol,
        symbol,
        eventTime: START_MS + minute * MINUTE_MS + Math.floor(random() * MINUTE_MS),
        bid: mid - half,
        ask: mid + half,
        hasVolume: random() < 0.7,
        volume: between(random, 1, 100),
        hasSeq: true,
        seq: ++seq,
        sourceId: 'venue',
      });
    }
    // Mostly in order of time; sometimes as they were made.
    if (random() < 0.9) inMinute.sort((a, b) => a.eventTime - b.eventTime);
    ticks.push(...inMinute);
    const last = ticks.at(-1)!;
    const kind = random();
    if (kind < 0.05) ticks.push({ ...last });
    else if (kind < 0.08) ticks.push({ ...last, eventTime: last.eventTime - between(random, 2, 9) * MINUTE_MS, hasSeq: false });
    else if (kind < 0.09) ticks.push({ ...last, eventTime: last.eventTime + between(random, 2, 9) * HOUR_MS, hasSeq: false });
    else if (kind < 0.1) ticks.push({ ...last, bid: last.ask, ask: last.bid, hasSeq: false });
    else if (kind < 0.11) ticks.push({ ...last, hasVolume: true, volume: -1, hasSeq: false });
    else if (kind < 0.12) ticks.push({ ...last, key: 'NOTME', hasSeq: false });
  }
  // One that is held when the input ends.
  if (symbol === 'USDJPY') ticks.push({ ...ticks.at(-1)!, eventTime: START_MS + 3_000 * HOUR_MS, hasSeq: false });
  return ticks;
}

function interleave(a: readonly Tick[], b: readonly Tick[], random: () => number): Tick[] {
  const merged: Tick[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const takesA = j === b.length || (i < a.length && random() < (a.length - i) / (a.length - i + b.length - j));
    merged.push(takesA ? a[i++]! : b[j++]!);
  }
  return merged;
}

/** Ticks without seq that are long past when they arrive where they belong: they can move no clock, whenever they are sent on. */
function withStrangers(
  records: readonly InputRecord[],
  { minutes }: InputOptions,
  encode: (tick: Tick, isLater: boolean) => Buffer,
  random: () => number,
): InputRecord[] {
  const all = [...records];
  for (let i = 0; i < 5; i++) {
    const eventTime = START_MS + between(random, 0, Math.floor(minutes / 2)) * MINUTE_MS;
    const tick = { ...emptyTick(), key: UNLISTED[0], symbol: UNLISTED[0], eventTime, bid: 2_000 + i, ask: 2_001 + i, sourceId: 'lost' };
    all.splice(between(random, 0, all.length), 0, recordOf(1, tick, encode(tick, false)));
  }
  return all;
}

function recordOf(partition: number, tick: Tick, value: Buffer): InputRecord {
  const key = Buffer.from(tick.key ?? '');
  return { partition, key, value, timestamp: tick.eventTime, tick, poison: null };
}

function spoilt(like: InputRecord, random: () => number): InputRecord {
  const kind = between(random, 0, 3);
  const bytes = Buffer.from(Array.from({ length: between(random, 5, 60) }, () => between(random, 1, 255)));
  if (kind === 0) return { ...like, value: bytes, tick: null, poison: 'UNDECODABLE' };
  if (kind === 1) return { ...like, value: null, tick: null, poison: 'UNDECODABLE' };
  if (kind === 2) return { ...like, value: like.value!.subarray(0, 9), tick: null, poison: 'UNDECODABLE' };
  const unknown = Buffer.from(like.value!);
  unknown.writeUInt32BE(NO_SUCH_SCHEMA, 1);
  return { ...like, value: unknown, tick: null, poison: 'UNKNOWN_SCHEMA' };
}

function encoderOf({ schemaId, laterSchemaId }: InputOptions): (tick: Tick, isLater: boolean) => Buffer {
  const writer = new AvroWriter();
  return (tick, isLater) => {
    if (!isLater || laterSchemaId === null) return encodeTick(writer, schemaId, tick);
    // The later version ends with a text field: here an empty one.
    return Buffer.concat([encodeTick(writer, laterSchemaId, tick), Buffer.from([0])]);
  };
}
