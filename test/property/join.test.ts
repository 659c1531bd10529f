import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Join } from '../../src/domain/join.ts';
import type { JoinCounters, JoinRow } from '../../src/domain/join-state.ts';
import type { CorrelationMatrix } from '../../src/domain/matrix.ts';
import { agrees } from './correlation-reference.ts';
import { bitsOf, histories, type JoinEvent, JoinModel, type JoinSettings, MINUTE_MS } from './join-model.ts';

const SEED = 20_260_302;
const SYMBOLS = ['A', 'B', 'C'];

const settings: fc.Arbitrary<JoinSettings> = fc.record({
  window: fc.integer({ min: 2, max: 7 }),
  minObs: fc.integer({ min: 2, max: 3 }),
  joinGrace: fc.integer({ min: 0, max: 3 }),
  corrections: fc.constantFrom('latest', 'all', 'none'),
});

function newJoin(chosen: JoinSettings): Join {
  const slots = { slotOfEnd: (timestampUtc: number) => timestampUtc / MINUTE_MS - 1 };
  return new Join({ name: 'test', symbols: SYMBOLS }, '1m', chosen, slots);
}

function tell(join: Join, event: JoinEvent): void {
  if (event.kind === 'workedOff') join.workedOff(event.symbol, event.minute * MINUTE_MS);
  else join.deliver(event.symbol, event.minute * MINUTE_MS, event.value);
}

/** A finished log: each symbol's records in order; some skip minutes, some may be empty. */
const logs = fc.array(
  fc
    .array(fc.record({ by: fc.constantFrom(1, 1, 1, 2), value: fc.integer({ min: -50, max: 50 }) }), { maxLength: 30, size: 'max' })
    .map((steps) => {
      let minute = 0;
      return steps.map(({ by, value }) => {
        minute += by;
        return { minute, value: value === 50 ? Number.NaN : value / 1_000 };
      });
    }),
  { minLength: SYMBOLS.length, maxLength: SYMBOLS.length },
);

describe('a join', () => {
  it('gives the same bytes however the records of a finished log interleave', () => {
    const property = fc.property(
      logs,
      settings,
      fc.array(fc.nat({ max: 2 * SYMBOLS.length - 1 }), { maxLength: 200, size: 'max' }),
      (log, chosen, choices) => {
        const replay = (order: readonly number[]) => {
          const join = newJoin(chosen);
          const bits: string[] = [];
          const emit = (matrix: CorrelationMatrix) => bits.push(bitsOf(matrix));
          const next = log.map(() => 0);
          const deliverNext = (symbol: number) => {
            const record = log[symbol]![next[symbol]!++];
            if (record !== undefined) join.deliver(symbol, record.minute * MINUTE_MS, record.value);
          };
          for (const choice of order) {
            deliverNext(choice % SYMBOLS.length);
            if (choice >= SYMBOLS.length) join.poll(emit);
          }
          for (const symbol of log.keys()) for (let k = 0; k < log[symbol]!.length; k++) deliverNext(symbol);
          join.endOfInput(emit);
          return bits;
        };
        expect(replay(choices)).toEqual(replay([]));
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 150 });
  });

  it('emits, corrects and numbers as the naive model does, whatever happens', () => {
    let corrections = 0;
    let partials = 0;
    const property = fc.property(histories(SYMBOLS.length, 150), settings, (events, chosen) => {
      const join = newJoin(chosen);
      const model = new JoinModel(SYMBOLS, chosen);
      const emitted: CorrelationMatrix[] = [];
      for (const event of events) {
        tell(join, event);
        join.poll((matrix) => emitted.push(matrix));
        model.apply(event);
      }
      expect(emitted.map(keys)).toEqual(model.emitted.map(keys));
      for (const [at, matrix] of emitted.entries()) {
        const { rho, std } = model.emitted[at]!;
        expect(
          rho.findIndex((value, k) => !agrees(matrix.rho[k]!, value)),
          `rho of version ${at + 1}`,
        ).toBe(-1);
        expect(
          std.findIndex((value, k) => !agrees(matrix.std[k]!, value, 1e-15)),
          `std of version ${at + 1}`,
        ).toBe(-1);
      }
      corrections += join.statistics.corrections;
      partials += join.statistics.partials;
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
    expect(Math.min(corrections, partials)).toBeGreaterThan(1_000);
  });

  it('goes on with the same bits when restarted from its changelog at any point', () => {
    const restarts = fc.array(fc.nat({ max: 149 }), { minLength: 1, maxLength: 5 });
    const property = fc.property(histories(SYMBOLS.length, 150), settings, restarts, (events, chosen, restartAt) => {
      const steady: string[] = [];
      const join = newJoin(chosen);
      for (const event of events) {
        tell(join, event);
        join.poll((matrix) => steady.push(bitsOf(matrix)));
      }
      expect(runWithRestarts(events, chosen, restartAt)).toEqual(steady);
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });
});

/** Runs a history, saving the state after every event, and starts over from it before some of them. */
function runWithRestarts(events: readonly JoinEvent[], chosen: JoinSettings, restartAt: readonly number[]): string[] {
  const rows = new Map<number, JoinRow>();
  let counters: JoinCounters | null = null;
  const bits: string[] = [];
  let join = newJoin(chosen);
  for (const [index, event] of events.entries()) {
    if (restartAt.includes(index) && counters !== null) {
      join = newJoin(chosen);
      join.restore(rows.values(), counters);
      for (const past of events.slice(0, index))
        if (past.kind === 'workedOff' || past.minute * MINUTE_MS > join.newestEmitted) tell(join, past);
    }
    tell(join, event);
    join.poll((matrix) => bits.push(bitsOf(matrix)));
    const changes = join.takeChanges();
    for (const row of changes?.rows ?? []) rows.set(row.index % (2 * chosen.window), row);
    counters = changes?.counters ?? counters;
  }
  return bits;
}

/** What must be equal to the letter. */
function keys(
  matrix: Pick<CorrelationMatrix, 'version' | 'supersedes' | 'windowStart' | 'windowEnd' | 'missing'> & { nObs: ArrayLike<number> },
) {
  const { version, supersedes, windowStart, windowEnd, missing, nObs } = matrix;
  return { version, supersedes, windowStart, windowEnd, missing, nObs: Array.from(nObs) };
}
