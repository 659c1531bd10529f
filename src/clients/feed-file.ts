import { readRawBars } from '../csv/bars.ts';
import type { OnBytes } from '../csv/open.ts';
import { readTicks } from '../csv/ticks.ts';
import type { TopologyDriver } from '../runtime/driver.ts';

/** Told of rows that hold no tick or bar, and what is wrong with them; numbered from 1. */
export type OnUnreadableRow = (row: number, problem: string) => void;

/**
 * Feeds a CSV file of ticks or raw bars to a driver, which knows each by the number of its row. Gives back after every batch how many rows it
 * had. The input is not ended.
 *
 * @throws UserError where the file cannot be read or lacks a column.
 */
export function feedFile(
  path: string,
  input: 'ticks' | 'bars',
  driver: TopologyDriver<number>,
  onUnreadable: OnUnreadableRow,
  onBytes?: OnBytes,
): AsyncGenerator<number> {
  return input === 'ticks' ? feedTicks(path, driver, onUnreadable, onBytes) : feedRawBars(path, driver, onUnreadable, onBytes);
}

async function* feedTicks(
  path: string,
  driver: TopologyDriver<number>,
  onUnreadable: OnUnreadableRow,
  onBytes?: OnBytes,
): AsyncGenerator<number> {
  for await (const rows of readTicks(path, onBytes)) {
    for (const { row, tick, problem } of rows) {
      if (problem === null) driver.tick(tick, row);
      else onUnreadable(row, problem);
    }
    yield rows.length;
  }
}

async function* feedRawBars(
  path: string,
  driver: TopologyDriver<number>,
  onUnreadable: OnUnreadableRow,
  onBytes?: OnBytes,
): AsyncGenerator<number> {
  for await (const rows of readRawBars(path, onBytes)) {
    for (const { row, symbol, timeframe, timestampUtc, bar, problem } of rows) {
      if (problem === null) driver.rawBar(symbol, timeframe, timestampUtc, bar, row);
      else onUnreadable(row, problem);
    }
    yield rows.length;
  }
}
