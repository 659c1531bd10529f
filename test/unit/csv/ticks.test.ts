import { describe, expect, it } from 'vitest';
import { readTicks } from '../../../src/csv/ticks.ts';
import { all, temporaryFolder, userErrorOf } from './support.ts';

const files = temporaryFolder();
const HEADER = 'symbol,event_time,bid,ask,last,volume,seq,source_id';
let count = 0;
const read = (...lines: string[]) => all(readTicks(files.write(`ticks-${count++}.csv`, `${[HEADER, ...lines].join('\n')}\n`)));

describe('ticks of a CSV file', () => {
  it('hold every field', async () => {
    const [row] = await read('EURUSD,1577836800000,1.1,1.2,1.15,3.5,42,feed');
    expect(row).toEqual({
      row: 1,
      line: 2,
      problem: null,
      tick: {
        key: null,
        symbol: 'EURUSD',
        eventTime: 1_577_836_800_000,
        bid: 1.1,
        ask: 1.2,
        hasLast: true,
        last: 1.15,
        hasVolume: true,
        volume: 3.5,
        hasSeq: true,
        seq: 42,
        sourceId: 'feed',
      },
    });
  });

  it('take an empty cell as null, and an unnamed source as "unknown"', async () => {
    const [row] = await read('EURUSD,0,1,2,,,,');
    expect(row).toMatchObject({ problem: null, tick: { hasLast: false, hasVolume: false, hasSeq: false, sourceId: 'unknown' } });
  });

  it('may leave the optional columns out', async () => {
    const rows = await all(readTicks(files.write('four.csv', 'ask,bid,event_time,symbol\n2,1,-5,EURUSD\n')));
    expect(rows[0]).toMatchObject({ problem: null, tick: { symbol: 'EURUSD', eventTime: -5, bid: 1, ask: 2, hasSeq: false } });
  });

  it('may hold what the domain refuses: no symbol, nan, inf, a crossed quote', async () => {
    const rows = await read(',0,1,2,,,,', 'A,0,nan,inf,-inf,nan,,', 'A,0,2,1,,-1,,');
    expect(rows.map(({ problem }) => problem)).toEqual([null, null, null]);
    expect(rows[1]?.tick).toMatchObject({
      bid: Number.NaN,
      ask: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      volume: Number.NaN,
    });
  });

  it.each([
    ['A,now,1,2,,,,', 'event_time "now"'],
    ['A,1.5,1,2,,,,', 'event_time "1.5"'],
    ['A,,1,2,,,,', 'event_time ""'],
    ['A,0,,2,,,,', 'bid ""'],
    ['A,0,x,y,,,,', 'bid "x", ask "y"'],
    ['A,0,1,2,l,v,s,', 'last "l", volume "v", seq "s"'],
    ['A,0,1,2,,,9007199254740993,', 'seq "9007199254740993"'],
    ['A,0', 'bid "", ask ""'],
  ])('say which cell does not read: %s', async (line, cells) => {
    const rows = await read(line, 'A,0,1,2,,,,');
    expect(rows.map(({ problem }) => problem)).toEqual([`does not read as a number: ${cells}`, null]);
  });

  it('are each an object of their own', async () => {
    const rows = await read('A,0,1,2,,,,', 'B,0,3,4,,,,');
    expect(rows.map(({ tick }) => tick.symbol)).toEqual(['A', 'B']);
  });

  it('need symbol, event_time, bid and ask', async () => {
    const error = await userErrorOf(readTicks(files.write('nobid.csv', 'symbol,event_time,ask\n')));
    expect(error.message).toMatch(/no column bid in the header line$/);
  });
});
