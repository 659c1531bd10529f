import { expect, it } from 'vitest';
import type { Cell } from '../../../src/frames/columns.ts';
import { makeFrame } from '../../../src/frames/frame.ts';
import { matrixFrame } from '../../../src/frames/matrix-frame.ts';
import { pivot } from '../../../src/frames/pivot.ts';
import { describeWithDanfo } from '../../with-danfo.ts';
import { tier1Frame } from './support.ts';

const NULL = Number.NaN;

describeWithDanfo('a pivot', () => {
  it('meets values by time, whatever is missing where and in whatever order rows come', () => {
    // As many rows of A as of B, but of other times: put side by side by length, every pair would be wrong.
    const frame = tier1Frame([
      ['B', 3, 0.3],
      ['A', 1, 0.1],
      ['B', 2, 0.2],
      ['A', 3, -0.3],
    ]);
    const table = pivot(frame, 'log_return_1');
    expect(table.index).toEqual([1, 2, 3]);
    expect(table.columns).toEqual(['A', 'B']);
    expect(table.values).toEqual([
      [0.1, NULL],
      [NULL, 0.2],
      [-0.3, 0.3],
    ]);
    expect(table.dtypes).toEqual(['float32', 'float32']);
  });

  it('has the symbols asked for, in that order, and only times at which one of them has a row', () => {
    const frame = tier1Frame([
      ['A', 1, 1],
      ['B', 2, 2],
      ['C', 9, 3],
    ]);
    const table = pivot(frame, 'log_return_1', { symbols: ['B', 'absent', 'A'] });
    expect(table.columns).toEqual(['B', 'absent', 'A']);
    expect(table.index).toEqual([1, 2]);
    expect(table.values).toEqual([
      [NULL, NULL, 1],
      [2, NULL, NULL],
    ]);
  });

  it('keeps the time of a row that has no value', () => {
    const frame = tier1Frame([
      ['A', 1, NULL],
      ['B', 2, 2],
    ]);
    expect(pivot(frame, 'log_return_1').index).toEqual([1, 2]);
  });

  it('takes the later of two rows of one symbol and time', () => {
    const frame = tier1Frame([
      ['A', 1, 1],
      ['A', 1, 2],
    ]);
    expect(pivot(frame, 'log_return_1').values).toEqual([[2]]);
  });

  it('leaves out, on demand, what tier 1 leaves out: bars that are not valid', () => {
    const frame = tier1Frame([
      ['A', 1, 1],
      ['A', 2, 2, false],
    ]);
    expect(pivot(frame, 'log_return_1', { validOnly: true }).values).toEqual([[1], [NULL]]);
    expect(pivot(frame, 'log_return_1').values).toEqual([[1], [2]]);
    expect(pivot(frame, 'valid_bar').values).toEqual([[1], [0]]);
  });

  it('is of one timeframe', () => {
    const frame = makeFrame(
      (['timestamp_utc', 'close'] as const)
        .map((name) => ({ name: name as string, kind: 'number' as 'number' | 'text' }))
        .concat(['symbol', 'timeframe'].map((name) => ({ name, kind: 'text' }))),
      [
        [1, 1.5, 'A', '1m'],
        [1, 2.5, 'A', '5m'],
      ] satisfies Cell[][],
    );
    expect(() => pivot(frame, 'close')).toThrow(/holds bars of 1m, 5m/);
    expect(pivot(frame, 'close', { timeframe: '5m' }).values).toEqual([[2.5]]);
    expect(pivot(frame, 'close', { timeframe: '1H' }).shape).toEqual([0, 0]);
  });

  it('names a column that is absent or holds text', () => {
    const frame = tier1Frame([['A', 1, 1]]);
    expect(() => pivot(frame, 'clsoe')).toThrow('the frame has no column clsoe');
    expect(() => pivot(frame, 'timeframe')).toThrow('column timeframe holds text');
  });
});

describeWithDanfo('a matrix', () => {
  it('is a square, symmetric frame with its symbols on both sides; null is NaN', () => {
    const frame = matrixFrame({ symbols: ['A', 'B', 'C'], rho: [1, 0.5, null, 1, -0.25, NULL] });
    expect([frame.index, frame.columns]).toEqual([
      ['A', 'B', 'C'],
      ['A', 'B', 'C'],
    ]);
    expect(frame.values).toEqual([
      [1, 0.5, NULL],
      [0.5, 1, -0.25],
      [NULL, -0.25, NULL],
    ]);
    expect(frame.loc({ rows: ['A', 'B'], columns: ['C'] }).values).toEqual([[NULL], [-0.25]]);
  });
});
