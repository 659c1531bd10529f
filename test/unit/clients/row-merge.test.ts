import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type KeyedRow, RowMerge, type Side } from '../../../src/clients/row-merge.ts';
import { UserError } from '../../../src/errors.ts';

const PLENTY = 1_000;

function row(symbol: string, timestamp: number, timeframe = '1m'): KeyedRow {
  return { symbol, timeframe, timestamp_utc: timestamp };
}

const nameOf = ({ symbol, timeframe, timestamp_utc: timestamp }: KeyedRow): string => `${symbol}/${timeframe}@${timestamp}`;

/** Reads both sides as the merge asks for them. */
function merged(a: readonly KeyedRow[], b: readonly KeyedRow[], maxWaiting = PLENTY) {
  const pairs: string[] = [];
  const merge = new RowMerge<KeyedRow>((x, y) => {
    expect(nameOf(x)).toBe(nameOf(y));
    pairs.push(nameOf(x));
  }, maxWaiting);
  const left: Record<Side, KeyedRow[]> = { a: [...a], b: [...b] };
  while (left.a.length + left.b.length > 0) {
    const side = left[merge.behind].length > 0 ? merge.behind : left.a.length > 0 ? 'a' : 'b';
    merge.add(side, left[side].shift()!);
  }
  merge.end();
  return { merge, pairs };
}

describe('rows of two streams', () => {
  it('are paired by symbol, timeframe and timestamp', () => {
    const rows = [row('A', 1), row('B', 1), row('A', 2), row('A', 2, '1H'), row('B', 2)];
    const { merge, pairs } = merged(rows, rows);
    expect(pairs).toEqual(rows.map(nameOf));
    expect(merge).toMatchObject({ both: 5, a: { only: 0, later: 0, repeated: 0 }, b: { only: 0, later: 0, repeated: 0 } });
  });

  it('that only one has are counted, those apart that the other may have yet', () => {
    const { merge } = merged([row('A', 1), row('A', 3), row('A', 4), row('A', 5)], [row('A', 2), row('A', 3)]);
    expect(merge).toMatchObject({ both: 1, a: { only: 3, later: 2 }, b: { only: 1, later: 0 } });
  });

  it('of a symbol or timeframe that only one has are its own', () => {
    const fine = Array.from({ length: 100 }, (_, i) => row('A', i, '1m'));
    const coarse = Array.from({ length: 100 }, (_, i) => row('A', i, '1H'));
    const { merge } = merged(
      coarse,
      fine.flatMap((one, i) => [one, coarse[i]!]),
    );
    expect(merge).toMatchObject({ both: 100, a: { only: 0 }, b: { only: 100, later: 100 } });
  });

  it('that repeat an earlier one are passed over', () => {
    const { merge } = merged([row('A', 1), row('A', 2), row('A', 1), row('A', 2), row('A', 3)], [row('A', 1), row('A', 2), row('A', 3)]);
    expect(merge).toMatchObject({ both: 3, a: { only: 0, repeated: 2 }, b: { only: 0, repeated: 0 } });
  });

  it('may be of several symbols that follow each other in blocks, each beginning in the past', () => {
    const block = (symbol: string) => Array.from({ length: 500 }, (_, i) => row(symbol, i));
    const { merge } = merged([...block('A'), ...block('B')], [...block('A').slice(200), ...block('B')], 10);
    expect(merge).toMatchObject({ both: 800, a: { only: 200, later: 0 }, b: { only: 0 } });
  });

  it('of a series that one side no longer has go when too many wait, and nothing else with them', () => {
    const common = Array.from({ length: 300 }, (_, i) => row('A', i));
    const gone = Array.from({ length: 300 }, (_, i) => row('A', i, '1s'));
    const b = common.flatMap((one, i) => [one, gone[i]!]);
    const { merge } = merged([...gone.slice(0, 5), ...common], b, 50);
    expect(merge).toMatchObject({ both: 305, a: { only: 0 }, b: { only: 295, later: 295 } });
  });

  it('that lie too far apart are refused, not counted wrong', () => {
    const block = (symbol: string) => Array.from({ length: 100 }, (_, i) => row(symbol, i));
    expect(() => merged([...block('A'), ...block('B')], [...block('B'), ...block('A')], 20)).toThrow(UserError);
  });
});

test('any two streams are paired as sets are', () => {
  const series = ['A/1m', 'A/1H', 'B/1m', 'C/1m'].map((name) => name.split('/') as [string, string]);
  const times = fc.uniqueArray(fc.nat(40), { maxLength: 30 });
  // Rows in the order of time, those of one time in any order of the series.
  const stream = fc
    .tuple(...series.map(() => times))
    .map((of) =>
      of
        .flatMap((list, i) => list.map((timestamp) => row(series[i]![0], timestamp, series[i]![1])))
        .sort((x, y) => x.timestamp_utc - y.timestamp_utc),
    );
  fc.assert(
    fc.property(stream, stream, (a, b) => {
      const [ofA, ofB] = [new Set(a.map(nameOf)), new Set(b.map(nameOf))];
      const { merge, pairs } = merged(a, b);
      expect(new Set(pairs)).toEqual(new Set([...ofA].filter((name) => ofB.has(name))));
      expect(merge.both).toBe(pairs.length);
      expect([merge.a.only, merge.b.only]).toEqual([ofA.size - pairs.length, ofB.size - pairs.length]);
    }),
  );
});
