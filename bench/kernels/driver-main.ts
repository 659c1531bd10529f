/** A process of its own: feeds the in-process driver with ticks in memory, twice, and says how long it took. Told by JSON: see DriverTask. */
import { readFileSync } from 'node:fs';
import { DEFAULT_BARS, DEFAULT_FEATURES, DEFAULT_MATRICES, type DomainSettings, defaultMaxJumpMs } from '../../src/domain/settings.ts';
import type { TickColumns } from '../../src/runtime/columns.ts';
import { TopologyDriver } from '../../src/runtime/driver.ts';
import { marketSymbols } from '../lib/market.ts';
import type { DriverMessage, DriverRun, DriverTask } from './driver-messages.ts';

/** A tick in the peers' file: symbol, event_time, bid, ask, volume, seq; big-endian, two 8-byte whole numbers among them. */
const ROW_BYTES = 44;
const SYMBOLS = marketSymbols();
const SETTINGS: DomainSettings = {
  bars: { ...DEFAULT_BARS, timeframes: ['1m'], maxJumpMs: defaultMaxJumpMs(['1m']) },
  features: DEFAULT_FEATURES,
  matrices: { ...DEFAULT_MATRICES, universes: [{ name: 'all', symbols: SYMBOLS }] },
};

function load(file: string): TickColumns {
  const bytes = readFileSync(file);
  const rows = bytes.length / ROW_BYTES;
  const whole = (at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  const column = (read: (at: number) => number): Float64Array => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = read(row * ROW_BYTES);
    return values;
  };
  return {
    symbols: SYMBOLS,
    symbol: Int32Array.from(column((at) => bytes.readInt32BE(at))),
    sources: ['gen'],
    eventTime: column((at) => whole(at + 4)),
    bid: column((at) => bytes.readDoubleBE(at + 12)),
    ask: column((at) => bytes.readDoubleBE(at + 20)),
    volume: column((at) => bytes.readDoubleBE(at + 28)),
    seq: column((at) => whole(at + 36)),
  };
}

function run(columns: TickColumns): DriverRun {
  const counts = { clean: 0, tier1: 0, tier2: 0 };
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const driver = new TopologyDriver<number>(SETTINGS, {
    bar: () => void counts.clean++,
    features: () => void counts.tier1++,
    matrix: () => void counts.tier2++,
    refused() {},
    duplicate() {},
  });
  driver.columns(columns, (row) => row);
  driver.end();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6, ...counts };
}

const { file } = JSON.parse(process.argv[2]!) as DriverTask;
const columns = load(file);
const message: DriverMessage = { event: 'done', ticks: columns.symbol.length, first: run(columns), again: run(columns) };
process.send!(message, () => process.disconnect());
