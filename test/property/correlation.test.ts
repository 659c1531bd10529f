import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Correlator, summarise } from '../../src/domain/correlation.ts';
import { PairSums } from '../../src/domain/pair-sums.ts';
import { ReturnRows } from '../../src/domain/return-rows.ts';
import { agrees, referenceCorrelations, referenceSummary } from './correlation-reference.ts';

const SEED = 20_260_301;

/** How one symbol behaves for a stretch of rows. */
type Regime = 'walk' | 'tiny' | 'spikes' | 'constant' | 'near-constant' | 'common' | 'zero';
const REGIMES: readonly Regime[] = ['walk', 'tiny', 'spikes', 'constant', 'near-constant', 'common', 'zero'];

/** A long series of rows made of regimes that change every few rows, with nulls: hostile to running sums. */
function hostileRows(seed: number, symbols: number, length: number, nullRate: number): number[][] {
  const random = uniform(seed);
  const regimes: Regime[] = Array.from({ length: symbols }, () => 'walk');
  const scales = Array.from({ length: symbols }, () => 10 ** (-1 - 6 * random()));
  const silent = Array.from({ length: symbols }, () => false);
  return Array.from({ length }, (_, index) => {
    if (random() < 0.1) regimes[Math.floor(random() * symbols)] = REGIMES[Math.floor(random() * REGIMES.length)]!;
    if (nullRate > 0 && random() < 0.03) silent[Math.floor(random() * symbols)] = random() < 0.5;
    if (nullRate > 0 && random() < 0.05) return new Array<number>(symbols).fill(Number.NaN);
    const common = random() - 0.5;
    return scales.map((scale, symbol) => {
      const own = random() - 0.5;
      const value = sample(regimes[symbol]!, scale, common, own, index);
      return silent[symbol] || random() < nullRate ? Number.NaN : value;
    });
  });
}

function sample(regime: Regime, scale: number, common: number, own: number, index: number): number {
  switch (regime) {
    case 'walk':
      return scale * (common + own);
    case 'tiny':
      return 1e-7 * (common + own);
    case 'spikes':
      return index % 17 === 0 ? 0.15 : 1e-7 * own;
    case 'constant':
      return 1e-3;
    case 'near-constant':
      return 1e-3 + 1e-11 * (common + own);
    case 'common':
      return scale * common;
    case 'zero':
      return 0;
  }
}

function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
}

function kernel(symbols: number, window: number) {
  const rows = new ReturnRows(symbols, window);
  const sums = new PairSums(rows, window);
  return {
    rows,
    sums,
    push: (row: readonly number[]) => {
      rows.append(rows.count, Float64Array.from(row));
      sums.advance();
    },
  };
}

function expectAgreement(sums: PairSums, windowRows: readonly (readonly number[])[], minObs: number): void {
  const actual = new Correlator(sums, minObs).correlate();
  const expected = referenceCorrelations(windowRows, sums.symbols, minObs);
  expect([...actual.nObs]).toEqual(expected.nObs);
  for (const [at, rho] of expected.rho.entries()) if (!agrees(actual.rho[at]!, rho)) expect(actual.rho[at], `rho ${at}`).toBe(rho);
  for (const [at, std] of expected.std.entries()) if (!agrees(actual.std[at]!, std, 1e-15)) expect(actual.std[at], `std ${at}`).toBe(std);
  const summary = summarise(actual.rho, sums.symbols);
  const reference = referenceSummary(actual.rho, sums.symbols);
  for (const name of ['meanAbsRho', 'maxAbsRho', 'dispersion'] as const) expect(agrees(summary[name], reference[name]), name).toBe(true);
  expect(summary.strong).toEqual(reference.strong);
}

describe('correlation over a sliding window', () => {
  it('agrees with the two-pass reference at every row of hostile series', () => {
    const property = fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 2, max: 40 }),
      fc.constantFrom(0, 0.05, 0.5),
      (seed, symbols, window, nullRate) => {
        const minObs = Math.max(2, Math.floor(window / 3));
        const series = hostileRows(seed, symbols, 5 * window + 7, nullRate);
        const { sums, push } = kernel(symbols, window);
        for (const [index, row] of series.entries()) {
          push(row);
          expectAgreement(sums, series.slice(Math.max(0, index + 1 - window), index + 1), minObs);
        }
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 40 });
  });

  it('agrees after 10 million updates of its sums', () => {
    const symbols = 28;
    const window = 100;
    const series = hostileRows(7, symbols, 13_000, 0.01);
    const { sums, push } = kernel(symbols, window);
    for (const row of series) push(row);
    expectAgreement(sums, series.slice(-window), 30);
  });

  it('has the same bits when rebuilt from its rows at any point, changed rows included', () => {
    const property = fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 2, max: 12 }),
      fc.array(fc.nat({ max: 39 }), { maxLength: 4 }),
      (seed, symbols, window, changes) => {
        const random = uniform(seed);
        const { rows, sums, push } = kernel(symbols, window);
        for (const [index, row] of hostileRows(seed, symbols, 40, 0.2).entries()) {
          push(row);
          if (changes.includes(index)) change(rows, sums, random);
          const rebuilt = new PairSums(rows, window);
          rebuilt.rebuild();
          expect(bitsOf(rebuilt)).toEqual(bitsOf(sums));
        }
        const windowRows = Array.from({ length: sums.count - sums.windowFirst }, (_, k) => rowAt(rows, sums.windowFirst + k));
        expectAgreement(sums, windowRows, 2);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });
});

function rowAt(rows: ReturnRows, index: number): number[] {
  return Array.from({ length: rows.symbols }, (_, symbol) => rows.value(symbol, index));
}

/** Changes one return in the window, sometimes with a walk through the older windows it touches. */
function change(rows: ReturnRows, sums: PairSums, random: () => number): void {
  const symbol = Math.floor(random() * sums.symbols);
  const index = sums.windowFirst + Math.floor(random() * (sums.count - sums.windowFirst));
  rows.setValue(symbol, index, random() * 0.01);
  if (random() < 0.5) {
    sums.revise(symbol, index);
    return;
  }
  sums.visit(index + 1);
  while (sums.count < rows.count) sums.advance();
  sums.rebuild();
}

/** Every bit of the running sums and of the matrix they give. */
function bitsOf(sums: PairSums): string {
  const { rho, std } = new Correlator(sums, 2).correlate();
  return [sums.sums, sums.products, rho, std].map(({ buffer }) => Buffer.from(buffer).toString('hex')).join(' ');
}
