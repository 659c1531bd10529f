import { describe, expect, it } from 'vitest';
import { readRawBars } from '../../../src/csv/bars.ts';
import { all, temporaryFolder, userErrorOf } from './support.ts';

const files = temporaryFolder();
const HEADER = 'symbol,timeframe,timestamp_utc,open,high,low,close,volume,source_id';
let count = 0;
const read = (...lines: string[]) => all(readRawBars(files.write(`bars-${count++}.csv`, `${[HEADER, ...lines].join('\n')}\n`)));

describe('raw bars of a CSV file', () => {
  it('hold every field; tick count and raw spread are not known', async () => {
    const [row] = await read('EURUSD,1H,3600000,1,3,0.5,2,10,vendor');
    expect(row).toEqual({
      row: 1,
      symbol: 'EURUSD',
      timeframe: '1H',
      timestampUtc: 3_600_000,
      problem: null,
      bar: { open: 1, high: 3, low: 0.5, close: 2, volume: 10, rawSpread: Number.NaN, sourceId: 'vendor', tickCount: Number.NaN },
    });
  });

  it('take an empty, nan or infinite cell as null', async () => {
    const [row] = await read('EURUSD,1H,3600000,,nan,inf,-inf,,');
    const nothing = Number.NaN;
    expect(row).toMatchObject({
      problem: null,
      bar: { open: nothing, high: nothing, low: nothing, close: nothing, volume: nothing, sourceId: 'unknown' },
    });
  });

  it('keep prices that are none for the domain to judge', async () => {
    const [row] = await read('EURUSD,1H,3600000,0,-1,2,1e-12,-5,');
    expect(row).toMatchObject({ problem: null, bar: { open: 0, high: -1, low: 2, close: 1e-12, volume: -5 } });
  });

  it.each([
    ['A,1H,soon,1,1,1,1,,', 'timestamp_utc "soon"'],
    ['A,2H,0,1,1,1,1,,', 'timeframe "2H"'],
    ['A,,0,1,1,1,1,,', 'timeframe ""'],
    ['A,1h,0,x,1,1,1,y,', 'timeframe "1h", open "x", volume "y"'],
  ])('say which cell does not read: %s', async (line, cells) => {
    const rows = await read(line, 'A,1H,0,1,1,1,1,,');
    expect(rows.map(({ problem }) => problem)).toEqual([`does not read: ${cells}`, null]);
  });

  it('need their prices’ columns', async () => {
    const error = await userErrorOf(readRawBars(files.write('noprice.csv', 'symbol,timeframe,timestamp_utc,open\n')));
    expect(error.message).toMatch(/no column high, low, close in the header line$/);
  });
});
