import { expect, it } from 'vitest';
import { ColumnDifferences } from '../../../src/clients/column-differences.ts';

it('sums up each column over the rows: how many differ, by how much, and since when', () => {
  const differences = new ColumnDifferences(['vol', 'ready', 'same']);
  differences.add({ vol: 1, ready: true, same: null }, { vol: 1, ready: true, same: null }, 30);
  differences.add({ vol: 1, ready: true, same: 5 }, { vol: 4, ready: false, same: 5 }, 20);
  differences.add({ vol: 2, ready: true, same: 5 }, { vol: 1, ready: true, same: 5 }, 10);
  differences.add({ vol: null, ready: true, same: 5 }, { vol: 1, ready: true, same: 5 }, 40);
  expect(differences.summary()).toEqual([
    { column: 'vol', differ: 3, oneNull: 1, share: 0.75, maxAbs: 3, meanAbs: 2, firstAt: 10 },
    { column: 'ready', differ: 1, oneNull: 0, share: 0.25, maxAbs: null, meanAbs: null, firstAt: 20 },
    { column: 'same', differ: 0, oneNull: 0, share: 0, maxAbs: null, meanAbs: null, firstAt: null },
  ]);
});

it('tells values apart that are not the same to the bit', () => {
  const differences = new ColumnDifferences(['x']);
  differences.add({ x: 0.1 + 0.2 }, { x: 0.3 }, 1);
  differences.add({ x: 0 }, { x: -0 }, 2);
  differences.add({ x: Number.NaN }, { x: Number.NaN }, 3);
  expect(differences.summary()).toMatchObject([{ differ: 2, maxAbs: 0.1 + 0.2 - 0.3 }]);
});

it('has no share without rows', () => {
  expect(new ColumnDifferences(['x']).summary()).toMatchObject([{ differ: 0, share: 0, firstAt: null }]);
});
