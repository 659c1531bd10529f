import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_BARS } from '../../../src/domain/settings.ts';
import { JoinStage } from '../../../src/runtime/join-stage.ts';
import { type Hop, SilentSymbols } from '../../../src/worker/silent-symbols.ts';
import { MINUTE } from '../domain/support.ts';
import { domainSettings } from '../runtime/support.ts';

const ONE_HOP: Hop[] = [{ topic: 'ticks', groupId: 'all' }];
const TWO_HOPS: Hop[] = [
  { topic: 'ticks', groupId: 'clean' },
  { topic: 'clean-ohlcv', groupId: 'tier1' },
];
const OUTPUT = 'features-tier1';

/** The log by hand: ends of partitions, positions of groups, and what was asked for. */
class HandMadeLog {
  readonly ends = new Map<string, number>();
  readonly positions = new Map<string, number>();
  readonly halted = new Set<number>();
  readonly asked: string[] = [];

  async highWatermark(topic: string, partition: number): Promise<number> {
    this.asked.push(`end of ${topic}-${partition}`);
    return this.ends.get(`${topic}-${partition}`) ?? 0;
  }

  async committed(groupId: string, topic: string, partition: number): Promise<number | null> {
    this.asked.push(`${groupId} in ${topic}-${partition}`);
    return this.positions.get(`${groupId} ${topic}-${partition}`) ?? null;
  }

  isHaltedByName(partition: number): boolean {
    return this.halted.has(partition);
  }
}

let log: HandMadeLog;
let stage: JoinStage;
/** T's (minutes) that went out. */
let out: string[];

beforeEach(() => {
  log = new HandMadeLog();
  out = [];
  open(['A', 'B', 'C']);
});

function open(symbols: readonly string[]): void {
  const settings = domainSettings({ ...DEFAULT_BARS, timeframes: ['1m'] });
  stage = new JoinStage({ partition: 0, universe: { name: 'all', symbols }, timeframe: '1m' }, settings);
}

/** Partition of a symbol: A 0, B 1 … */
const ownPartition = (symbol: string): number => symbol.charCodeAt(0) - 65;
const watch = (hops = ONE_HOP, partitionOf = ownPartition) => new SilentSymbols(stage, hops, OUTPUT, partitionOf, log);

/** Bars of a symbol up to a minute arrive at the join. */
function deliver(symbol: string, from: number, to: number): void {
  for (let minute = from; minute <= to; minute++) stage.process(symbol, minute * MINUTE, 0, note);
}

function note({ windowEnd, missing }: { windowEnd: number; missing: readonly string[] }): void {
  out.push(`${windowEnd / MINUTE}${missing.length === 0 ? '' : ` without ${missing.join('')}`}`);
}

/** One look, the join having read partitions up to `read`; what went out by it. */
async function look(silent: SilentSymbols, read: Readonly<Record<number, number>> = {}): Promise<string[]> {
  out = [];
  log.asked.length = 0;
  if (await silent.advance((partition) => read[partition] ?? 0)) stage.join.poll(note);
  return out;
}

describe('one group between ticks and the join', () => {
  test('nothing is asked before some symbol is join_grace slots past T', async () => {
    deliver('A', 1, 2);
    deliver('B', 1, 2);
    expect(await look(watch())).toEqual([]);
    expect(log.asked).toEqual([]);
  });

  test('the end of the silent symbol’s ticks is read once; the group, until it is there; the end of its rows, only then', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set('ticks-2', 10);
    expect(await look(silent)).toEqual([]);
    expect(log.asked).toEqual(['end of ticks-2', 'all in ticks-2']);

    // Ticks that come later do not put the answer off.
    log.ends.set('ticks-2', 99);
    log.positions.set('all ticks-2', 9);
    expect(await look(silent)).toEqual([]);
    expect(log.asked).toEqual(['all in ticks-2']);

    log.positions.set('all ticks-2', 10);
    log.ends.set(`${OUTPUT}-2`, 5);
    expect(await look(silent, { 2: 4 })).toEqual([]);
    expect(log.asked).toEqual(['all in ticks-2', `end of ${OUTPUT}-2`]);
    expect(await look(silent, { 2: 4 })).toEqual([]);
    expect(log.asked).toEqual([]);

    expect(await look(silent, { 2: 5 })).toEqual(['1 without C', '2 without C']);
  });

  test('a symbol whose partition is empty is worked off at once: no group has a position there', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    expect(await look(watch())).toEqual(['1 without C', '2 without C']);
    expect(log.asked).toEqual(['end of ticks-2', `end of ${OUTPUT}-2`]);
  });

  test('holds for the T’s that were past the grace when the look began, not for later ones', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set('ticks-2', 10);
    await look(silent);
    deliver('A', 5, 9);
    deliver('B', 5, 9);
    log.positions.set('all ticks-2', 10);
    expect(await look(silent)).toEqual(['1 without C', '2 without C']);
    // For the others the end is read anew.
    log.ends.set('ticks-2', 12);
    expect(await look(silent)).toEqual([]);
    expect(log.asked[0]).toBe('end of ticks-2');
  });

  test('a row that was on its way makes T complete: it is read before the symbol is given up', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set(`${OUTPUT}-2`, 1);
    expect(await look(silent)).toEqual([]);
    out = [];
    deliver('C', 1, 2);
    expect(out).toEqual(['1', '2']);
    expect(await look(silent, { 2: 1 })).toEqual([]);
  });

  test('every silent symbol must be worked off, each for itself', async () => {
    deliver('A', 1, 4);
    const silent = watch();
    log.ends.set('ticks-1', 3);
    expect(await look(silent)).toEqual([]);
    log.positions.set('all ticks-1', 3);
    expect(await look(silent)).toEqual(['1 without BC', '2 without BC']);
  });

  test('symbols that share a partition are worked off together', async () => {
    deliver('A', 1, 4);
    const silent = watch(ONE_HOP, (symbol) => (symbol === 'A' ? 1 : 0));
    expect(await look(silent)).toEqual(['1 without BC', '2 without BC']);
    expect(log.asked).toEqual(['end of ticks-0', `end of ${OUTPUT}-0`]);
  });

  test('an error of the log leaves the look where it was', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set('ticks-2', 10);
    await look(silent);
    const { committed } = log;
    log.committed = async () => {
      throw new Error('no answer');
    };
    await expect(look(silent)).rejects.toThrow('no answer');
    log.committed = committed;
    log.ends.set('ticks-2', 99);
    log.positions.set('all ticks-2', 10);
    expect(await look(silent)).toEqual(['1 without C', '2 without C']);
  });
});

test('two groups between ticks and the join: the end of the bars is read once the first has worked off the ticks', async () => {
  deliver('A', 1, 4);
  deliver('B', 1, 4);
  const silent = watch(TWO_HOPS);
  log.ends.set('ticks-2', 10);
  expect(await look(silent)).toEqual([]);
  expect(log.asked).toEqual(['end of ticks-2', 'clean in ticks-2']);

  log.positions.set('clean ticks-2', 10);
  log.ends.set('clean-ohlcv-2', 4);
  expect(await look(silent)).toEqual([]);
  expect(log.asked).toEqual(['clean in ticks-2', 'end of clean-ohlcv-2', 'tier1 in clean-ohlcv-2']);

  log.positions.set('tier1 clean-ohlcv-2', 4);
  log.ends.set(`${OUTPUT}-2`, 6);
  expect(await look(silent, { 2: 5 })).toEqual([]);
  expect(log.asked).toEqual(['tier1 in clean-ohlcv-2', `end of ${OUTPUT}-2`]);
  expect(await look(silent, { 2: 6 })).toEqual(['1 without C', '2 without C']);
});

describe('a halted partition', () => {
  test('is not waited for: only what its tier-1 partition holds already must be read', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set('ticks-2', 10);
    log.halted.add(2);
    log.ends.set(`${OUTPUT}-2`, 3);
    expect(await look(silent, { 2: 2 })).toEqual([]);
    expect(await look(silent, { 2: 3 })).toEqual(['1 without C', '2 without C']);
  });

  test('that is resumed before the look was through is looked at anew', async () => {
    deliver('A', 1, 4);
    deliver('B', 1, 4);
    const silent = watch();
    log.ends.set('ticks-2', 10);
    log.halted.add(2);
    log.ends.set(`${OUTPUT}-2`, 3);
    await look(silent, { 2: 2 });
    log.halted.clear();
    expect(await look(silent, { 2: 3 })).toEqual([]);
    expect(log.asked).toEqual(['end of ticks-2', 'all in ticks-2']);
  });
});
