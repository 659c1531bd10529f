import { expect, test } from 'vitest';
import { renderTable } from '../../../bench/lib/table.ts';

test('numbers stand to the right, text to the left, each column as wide as its longest cell or word', () => {
  const table = renderTable([
    { peer: 'ours', ticks_per_s: 1_234_567, cpu_s: 1.2345, counts: true },
    { peer: 'kafka-streams', ticks_per_s: 12, cpu_s: null, counts: false },
  ]);
  expect(table.split('\n')).toEqual([
    '               ticks per   cpu',
    'peer                   s     s  counts',
    '-------------  ---------  ----  ------',
    'ours           1,234,567  1.23  yes',
    'kafka-streams         12     -  NO',
  ]);
});

test('a number shows three significant digits, and no point from a hundred on', () => {
  expect(
    renderTable([{ a: 0.012345, b: 99.96, c: 123.45, d: 7 }])
      .split('\n')
      .at(-1),
  ).toBe('0.0123  100  123  7');
});

test('a column that has a name for some only stays to the left', () => {
  expect(
    renderTable([{ a: 'left' }, { a: null }])
      .split('\n')
      .slice(2),
  ).toEqual(['left', '-']);
});

test('no row makes no table', () => {
  expect(renderTable([])).toBe('');
});
