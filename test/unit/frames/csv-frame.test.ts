import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCsvFrame, writeCsvFrame } from '../../../src/frames/csv-frame.ts';
import { makeFrame } from '../../../src/frames/frame.ts';
import { pivot } from '../../../src/frames/pivot.ts';
import { describeWithDanfo } from '../../with-danfo.ts';
import { temporaryFolder } from '../csv/support.ts';
import { tier1Frame } from './support.ts';

const folder = temporaryFolder();
const file = (name: string) => join(folder.path, name);

describeWithDanfo('a frame in a CSV file', () => {
  it('comes back as it was: values to the last bit, kinds, nulls, and texts that look like something else', async () => {
    const frame = makeFrame(
      [
        { name: 'timestamp_utc', kind: 'whole' },
        { name: 'symbol', kind: 'text' },
        { name: 'close', kind: 'number' },
        { name: 'valid_bar', kind: 'flag' },
        { name: 'source_id', kind: 'text' },
        { name: 'mine, "too"', kind: 'number' },
      ],
      [
        [1_767_571_200_000, '123', 0.1 + 0.2, true, 'true', 5e-324],
        [1_767_571_260_000, 'a,b', Number.NaN, false, null, -0.1],
        [1_767_571_320_000, 'say "x"\nand y', 1 / 3, true, '1e3', Number.POSITIVE_INFINITY],
      ],
    );
    writeCsvFrame(frame, file('mixed.csv'));
    const again = await readCsvFrame(file('mixed.csv'));
    expect(again.values).toEqual(frame.values);
    expect([again.columns, again.dtypes, again.index]).toEqual([frame.columns, frame.dtypes, frame.index]);
  });

  it('of tier 1 comes back with every column, though most are empty', async () => {
    const frame = tier1Frame([
      ['A', 1, 0.1],
      ['B', 2, Number.NaN, false],
    ]);
    writeCsvFrame(frame, file('tier1.csv'));
    const again = await readCsvFrame(file('tier1.csv'));
    expect([again.columns, again.dtypes, again.values]).toEqual([frame.columns, frame.dtypes, frame.values]);
  });

  it('of a pivot comes back with its times as index', async () => {
    const frame = pivot(
      tier1Frame([
        ['A', 60_000, 0.1],
        ['B', 120_000, 0.2],
      ]),
      'log_return_1',
    );
    writeCsvFrame(frame, file('pivot.csv'), { index: 'timestamp_utc' });
    expect(readFileSync(file('pivot.csv'), 'utf8')).toBe('timestamp_utc,A,B\n60000,0.1,\n120000,,0.2\n');
    const again = await readCsvFrame(file('pivot.csv'), { index: 'timestamp_utc' });
    expect([again.columns, again.dtypes, again.index, again.values]).toEqual([frame.columns, frame.dtypes, frame.index, frame.values]);
  });

  it('without a row comes back without a row', async () => {
    writeCsvFrame(tier1Frame([]), file('empty.csv'));
    const again = await readCsvFrame(file('empty.csv'));
    expect([again.shape[0], again.columns]).toEqual([0, tier1Frame([]).columns]);
  });

  it('is refused with the file, row and column where a cell does not read', async () => {
    await expect(readCsvFrame(folder.write('bad.csv', 'symbol,close\nA,1.5\nA,much\n'))).rejects.toThrow(
      /bad\.csv: row 2: close is no number: "much"/,
    );
    await expect(readCsvFrame(folder.write('flag.csv', 'valid_bar\nyes\n'))).rejects.toThrow(/valid_bar is neither true nor false: "yes"/);
    await expect(readCsvFrame(folder.write('time.csv', 'timestamp_utc\n""\n'))).rejects.toThrow(/timestamp_utc is no number: ""/);
    await expect(readCsvFrame(file('pivot.csv'), { index: 'time' })).rejects.toThrow(/pivot\.csv: no column time in the header line/);
    expect(() => writeCsvFrame(tier1Frame([]), file('twice.csv'), { index: 'symbol' })).toThrow(/has a column symbol/);
  });
});
