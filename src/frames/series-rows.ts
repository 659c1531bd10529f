import type { DataFrame } from 'danfojs-node';
import { type Cell, type FrameColumn, type FrameTopic, toCell, topicColumns } from './columns.ts';
import { makeFrame } from './frame.ts';

/** A record of a frame's topic, by field. NaN is null. */
export type SeriesRecord = Readonly<Record<string, unknown>>;

/** Gathers records of a topic, in any order, into a frame. */
export class SeriesRows {
  readonly #columns: readonly FrameColumn[];
  readonly #rows: Cell[][] = [];

  constructor(topic: FrameTopic) {
    this.#columns = topicColumns(topic);
  }

  /** Takes over the values of a record, which may be used again afterwards. */
  add(record: SeriesRecord): void {
    this.#rows.push(this.#columns.map(({ name, kind }) => toCell(record[name], kind)));
  }

  /**
   * A frame of the rows so far: by time, then symbol, then timeframe. Of rows that agree in all three (at least once, a worker may write one
   * again) the last that was added stands.
   */
  frame(): DataFrame {
    const key = ['timestamp_utc', 'symbol', 'timeframe'].map((name) => this.#columns.findIndex((column) => column.name === name));
    const compare = (a: readonly Cell[], b: readonly Cell[]): number => {
      for (const at of key) if (a[at] !== b[at]) return a[at]! < b[at]! ? -1 : 1;
      return 0;
    };
    const sorted = this.#rows.toSorted(compare);
    const rows = sorted.filter((row, at) => at === sorted.length - 1 || compare(row, sorted[at + 1]!) !== 0);
    return makeFrame(this.#columns, rows);
  }
}
