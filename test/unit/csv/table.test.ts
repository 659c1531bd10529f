import { describe, expect, it } from 'vitest';
import { quoted } from '../../../src/csv/quoted.ts';
import { readTable } from '../../../src/csv/table.ts';
import { UserError } from '../../../src/errors.ts';
import { temporaryFolder } from './support.ts';

const folder = temporaryFolder();

describe('a table', () => {
  it('is read whole, packed or not, with what `quoted` wrote', async () => {
    const cells = ['plain', 'a,b', 'say "x"', 'two\nlines', ''];
    const text = `a,b,c,d,e\n${cells.map(quoted).join(',')}\n`;
    for (const name of ['table.csv', 'table.csv.gz']) {
      expect(await readTable(folder.write(name, text))).toEqual({ header: ['a', 'b', 'c', 'd', 'e'], rows: [cells] });
    }
  });

  it('needs a header, and rows of its length', async () => {
    await expect(readTable(folder.write('empty.csv', ''))).rejects.toThrow(/empty\.csv: is empty; a header line was expected/);
    const short = readTable(folder.write('short.csv', 'a,b\n1\n'));
    await expect(short).rejects.toThrow(UserError);
    await expect(short).rejects.toThrow(/short\.csv: .*line 2/);
    await expect(readTable(`${folder.path}/absent.csv`)).rejects.toThrow(/absent\.csv: no such file/);
  });
});
