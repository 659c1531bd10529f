import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { readRows } from '../../../src/csv/rows.ts';
import { all, temporaryFolder, userErrorOf } from './support.ts';

const files = temporaryFolder();
const COLUMNS = { required: ['a', 'b'], optional: ['c'] };
const read = (name: string, content: string | Uint8Array) => all(readRows(files.write(name, content), COLUMNS));

describe('rows of a CSV file', () => {
  it('find their columns by name, in any order, among others', async () => {
    expect(await read('order.csv', 'x,b,c,a\n9,2,3,1\n')).toEqual([{ row: 1, line: 2, cells: ['1', '2', '3'] }]);
  });

  it('have an empty cell where an optional column is absent or the row is short', async () => {
    const rows = await read('short.csv', 'a,b\n1,2\n3\n');
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', '2', ''],
      ['3', '', ''],
    ]);
  });

  it.each([
    ['a byte order mark', '\ufeffa,b\n1,2\n'],
    ['Windows line ends', 'a,b\r\n1,2\r\n'],
    ['no line end at the end', 'a,b\n1,2'],
    ['quoted cells', '"a","b"\n"1","2"\n'],
    ['more cells than columns', 'a,b\n1,2,3,4,5\n'],
  ])('are read in spite of %s', async (name, content) => {
    const rows = await read(`${name}.csv`, content);
    expect(rows.map(({ cells }) => cells.slice(0, 2))).toEqual([['1', '2']]);
  });

  it('are numbered by data row, and by line of the file: empty lines are no rows but are lines', async () => {
    const rows = await read('blank.csv', '\na,b\n1,2\n\n\n3,4\n');
    expect(rows.map(({ row, line }) => [row, line])).toEqual([
      [1, 3],
      [2, 6],
    ]);
  });

  it('come in batches, all of them, in order', async () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => `${i},x`);
    const batches: number[] = [];
    let next = 0;
    for await (const rows of readRows(files.write('long.csv', `a,b\n${lines.join('\n')}\n`), COLUMNS)) {
      batches.push(rows.length);
      for (const { row, cells } of rows) expect([row, cells[0]]).toEqual([next + 1, String(next++)]);
    }
    expect(batches).toEqual([1_000, 1_000, 500]);
  });

  it('keep a stray quote to themselves: the rows behind it are read', async () => {
    const rows = await read('quote.csv', 'a,b\n1,"2\n3,4"5\n6,7\n');
    expect(rows.map(({ cells }) => cells.slice(0, 2))).toEqual([
      ['1', '"2'],
      ['3', '4"5'],
      ['6', '7'],
    ]);
  });

  it('are unpacked from a file that ends in .gz', async () => {
    expect(await read('packed.csv.gz', 'a,b\n1,2\n')).toHaveLength(1);
  });

  it('are none where there is only a header', async () => {
    expect(await read('header.csv', 'a,b,c\n')).toEqual([]);
  });
});

describe('a file that cannot be read is one line that names it', () => {
  it.each<[string, string, string | Uint8Array, RegExp]>([
    ['empty', 'empty.csv', '', /empty\.csv: is empty; a header line was expected: a,b,c$/],
    ['without a required column', 'nob.csv', 'a,c\n1,2\n', /nob\.csv: no column b in the header line$/],
    ['without any required column', 'none.csv', 'x\n1\n', /none\.csv: no column a, b in the header line$/],
    ['not packed though it ends in .gz', 'plain.csv.gz', Buffer.from('a,b\n1,2\n'), /plain\.csv\.gz: is not a whole gzip file$/],
  ])('%s', async (_, name, content, message) => {
    const error = await userErrorOf(readRows(files.write(name, content), COLUMNS));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('cut short while packed', async () => {
    const noise = Array.from({ length: 5_000 }, (_, i) => `${Math.sin(i)},x`).join('\n');
    const path = files.write('whole.csv.gz', `a,b\n${noise}\n`);
    const error = await userErrorOf(readRows(files.write('cut.csv.gz', readFileSync(path).subarray(0, 10_000)), COLUMNS));
    expect(error.message).toMatch(/cut\.csv\.gz: is not a whole gzip file$/);
  });

  it.each(['absent.csv', 'absent.csv.gz'])('not there: %s', async (name) => {
    const error = await userErrorOf(readRows(`${files.path}/${name}`, COLUMNS));
    expect(error.message).toBe(`${files.path}/${name}: no such file`);
  });

  it('a folder', async () => {
    const error = await userErrorOf(readRows(files.path, COLUMNS));
    expect(error.message).toBe(`${files.path}: is a folder, not a CSV file`);
  });

  it('says what was expected', async () => {
    const error = await userErrorOf(readRows(files.write('hint.csv', 'x\n'), COLUMNS));
    expect(error.hint).toBe('expected: a,b and, if known, c');
  });
});

/** Open file descriptors of this process that lead to the file. */
function descriptorsOf(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}

describe.runIf(platform === 'linux')('a reader that stops early', () => {
  it.each(['early.csv', 'early.csv.gz'])('closes the file: %s', async (name) => {
    const noise = Array.from({ length: 100_000 }, (_, i) => `${Math.sin(i)},x`).join('\n');
    const path = files.write(name, `a,b\n${noise}\n`);
    for await (const rows of readRows(path, COLUMNS)) {
      expect(rows).toHaveLength(1_000);
      break;
    }
    await vi.waitUntil(() => descriptorsOf(path) === 0, { timeout: 5_000 });
  });
});
