import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CleanBar } from '../../src/domain/clean-bar.ts';
import { type Grid, slotOfEnd } from '../../src/domain/grid.ts';
import { createGrids, type SymbolSink, SymbolStage } from '../../src/domain/symbol-stage.ts';
import type { Tick } from '../../src/domain/tick.ts';
import { priceOf } from '../../src/domain/tick-checks.ts';
import { barSettings, DAY, MINUTE, sketch, tickAt } from '../unit/domain/support.ts';
import { seeds, uniform } from './hostile.ts';
import { hostileSettings, hostileTicks } from './hostile-ticks.ts';

const OPTIONS = { seed: 20_261_125, numRuns: 60 };
const LENGTH = 400;

/** Bars and refusals in the order they came; a tick's origin is its index. */
class Log implements SymbolSink<number> {
  readonly bars: CleanBar[] = [];
  readonly refusals: Array<{ reason: string; origin: number; timeframes: readonly string[] }> = [];
  readonly duplicates: number[] = [];
  readonly bar = (bar: CleanBar): void => {
    this.bars.push({ ...bar });
  };
  refused(reason: string, origin: number, timeframes: readonly string[]): void {
    this.refusals.push({ reason, origin, timeframes });
  }
  duplicate(origin: number): void {
    this.duplicates.push(origin);
  }
}

interface Run {
  stage: SymbolStage<number>;
  grids: readonly Grid[];
  ticks: readonly Tick[];
  log: Log;
}

function run(seed: number, afterEach: (stage: SymbolStage<number>, seen: number) => void = () => {}): Run {
  const settings = hostileSettings(seed);
  const grids = createGrids(settings);
  const stage = new SymbolStage<number>('EURUSD', settings, grids);
  const ticks = hostileTicks(seed + 1, LENGTH);
  const log = new Log();
  ticks.forEach((tick, i) => {
    stage.process(tick, i, log);
    afterEach(stage, i + 1);
  });
  return { stage, grids, ticks, log };
}

describe('whatever ticks come', () => {
  it('every one is accounted for, after every tick', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { stage, log } = run(seed, ({ counts }, seen) => {
          expect(counts.accepted + counts.duplicates + counts.refused + counts.held).toBe(seen);
        });
        const late = log.refusals.filter(({ reason }) => reason === 'LATE').length;
        expect(stage.counts).toMatchObject({ late, refused: log.refusals.length - late, duplicates: log.duplicates.length });
        const origins = [...log.refusals.map(({ origin }) => origin), ...log.duplicates];
        expect(new Set(origins).size).toBe(origins.length);
      }),
      OPTIONS,
    );
  });

  it('bars rise in time with no slot of the grid left out or repeated but at a restart, and missing runs keep to max_gap_bars', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { grids, log } = run(seed);
        const { maxGapBars } = hostileSettings(seed);
        for (const grid of grids) {
          let previous = Number.NaN;
          let missing = 0;
          for (const bar of log.bars.filter(({ timeframe }) => timeframe === grid.timeframe)) {
            const slot = slotOfEnd(grid, bar.timestampUtc);
            if (Number.isNaN(previous)) expect(bar.isPartial).toBe(true);
            else expect(slot).toBeGreaterThan(previous);
            if (!bar.isPartial) expect(grid.nextOnGrid(previous + 1)).toBeGreaterThanOrEqual(slot);
            if (bar.isMissing) expect([bar.isPartial, grid.nextOnGrid(slot)]).toEqual([false, slot]);
            missing = bar.isMissing ? missing + 1 : 0;
            expect(missing).toBeLessThanOrEqual(maxGapBars);
            previous = slot;
          }
        }
      }),
      OPTIONS,
    );
  });

  it('a bar holds exactly the accepted ticks of its slot, and those in no bar wait in an open one', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { stage, grids, ticks, log } = run(seed);
        const { price } = hostileSettings(seed);
        const held = stage.snapshot().held?.origin;
        grids.forEach((grid, g) => {
          const gone = new Set([...log.duplicates, held]);
          for (const { reason, origin, timeframes } of log.refusals) {
            if (reason !== 'LATE' || timeframes.includes(grid.timeframe)) gone.add(origin);
          }
          const slots = Map.groupBy(
            ticks.filter((_, i) => !gone.has(i)),
            (tick) => grid.indexOf(tick.eventTime),
          );
          for (const bar of log.bars.filter(({ timeframe, isMissing }) => timeframe === grid.timeframe && !isMissing)) {
            const slot = slotOfEnd(grid, bar.timestampUtc);
            expect(bar).toMatchObject(naiveBar(slots.get(slot)!, (tick) => priceOf(tick, price)));
            slots.delete(slot);
          }
          const open = stage.series[g]!.snapshot().open.map(({ slot, tickCount }) => [slot, tickCount]);
          const rest = [...slots].map(([slot, inSlot]) => [slot, inSlot.length]).sort(([a], [b]) => a! - b!);
          expect(open).toEqual(rest);
        });
      }),
      OPTIONS,
    );
  });

  it('a stage restored anywhere goes on with the same bars, refusals and duplicates', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: LENGTH }), (seed, cut) => {
        const whole = run(seed);
        const settings = hostileSettings(seed);
        const log = new Log();
        let stage = new SymbolStage<number>('EURUSD', settings, whole.grids);
        whole.ticks.forEach((tick, i) => {
          if (i === cut) {
            const snapshot = structuredClone(stage.snapshot());
            stage = new SymbolStage<number>('EURUSD', settings, createGrids(settings));
            stage.restore(snapshot);
          }
          stage.process(tick, i, log);
        });
        expect(log.bars).toEqual(whole.log.bars);
        expect(log.refusals).toEqual(whole.log.refusals);
        expect(log.duplicates).toEqual(whole.log.duplicates);
        expect(stage.snapshot()).toEqual(whole.stage.snapshot());
      }),
      OPTIONS,
    );
  });

  it('a symbol’s bars do not depend on the other symbols that share its grids', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const alone = run(seed);
        const settings = hostileSettings(seed);
        const stages = [0, 1].map((i) => new SymbolStage<number>(`S${i}`, settings, alone.grids));
        const logs = [new Log(), new Log()];
        const others = hostileTicks(seed + 2, LENGTH);
        alone.ticks.forEach((tick, i) => {
          stages[1]!.process(others[i]!, i, logs[1]!);
          stages[0]!.process(tick, i, logs[0]!);
        });
        expect(logs[0]!.bars.map((bar) => ({ ...bar, symbol: 'EURUSD' }))).toEqual(alone.log.bars);
        expect(logs[0]!.refusals).toEqual(alone.log.refusals);
      }),
      { ...OPTIONS, numRuns: 20 },
    );
  });
});

describe('within the grace', () => {
  it('the order of arrival changes no bar', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.integer({ min: 0, max: 30 * MINUTE }), { minLength: 1, maxLength: 60 }), (seed, times) => {
        const settings = barSettings({ graceMs: { '1m': 30 * MINUTE } });
        const random = uniform(seed);
        const ticks = times.map((time) => tickAt(time, 1 + 0.1 * random(), { volume: 1 }));
        const orders = [ticks.toSorted((a, b) => a.eventTime - b.eventTime), ticks, ticks.toReversed()];
        const [sorted, ...others] = orders.map((order) => {
          const stage = new SymbolStage<number>('EURUSD', settings, createGrids(settings));
          const log = new Log();
          [...order, tickAt(DAY)].forEach((tick, i) => {
            stage.process(tick, i, log);
          });
          expect(log.refusals).toEqual([]);
          return sketch(log.bars);
        });
        for (const other of others) expect(other).toEqual(sorted);
      }),
      OPTIONS,
    );
  });
});

/** The bar of a slot's ticks in the order they arrived, by sorting them as spec section 2 says. */
function naiveBar(ticks: readonly Tick[], priceOfTick: (tick: Tick) => number): Partial<CleanBar> {
  const seqOf = (tick: Tick) => (tick.hasSeq ? tick.seq : Number.NEGATIVE_INFINITY);
  const bySeq = (a: Tick, b: Tick) => (seqOf(a) === seqOf(b) ? 0 : seqOf(a) - seqOf(b));
  const sorted = ticks.toSorted((a, b) => a.eventTime - b.eventTime || bySeq(a, b));
  const prices = sorted.map(priceOfTick);
  return {
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    volume: ticks.reduce((sum, tick) => sum + (tick.hasVolume ? tick.volume : 1), 0),
    tickCount: ticks.length,
    sourceId: sorted.at(-1)!.sourceId,
  };
}
