import type { DataFrame } from 'danfojs-node';
import { UserError } from '../errors.ts';
import type { Cell, ColumnKind, FrameColumn } from './columns.ts';
import { danfo } from './danfo.ts';

export type { DataFrame };

/** danfo's names. They label a column and do not round it: the values of a frame are those that were put in, doubles among them. */
const DTYPES: Readonly<Record<ColumnKind, string>> = { whole: 'int32', number: 'float32', flag: 'boolean', text: 'string' };

/** A frame of these rows; `index` labels them, by default 0, 1, 2 … The rows become the frame's own. */
export function makeFrame(columns: readonly FrameColumn[], rows: Cell[][], index?: readonly (string | number)[]): DataFrame {
  const { DataFrame } = danfo();
  return new DataFrame(rows, {
    columns: columns.map(({ name }) => name),
    dtypes: columns.map(({ kind }) => DTYPES[kind]),
    ...(index === undefined ? {} : { index: [...index] }),
  });
}

/** The rows of a frame, as it holds them. */
export function rowsOf(frame: DataFrame): readonly Cell[][] {
  return frame.values as Cell[][];
}

/** Where a column stands. Throws UserError where the frame has none of that name. */
export function columnIndex(frame: DataFrame, name: string): number {
  const at = frame.columns.indexOf(name);
  if (at === -1) throw new UserError(`the frame has no column ${name}`, { hint: `it has ${frame.columns.join(', ')}` });
  return at;
}

/** A column that holds numbers or flags, as numbers: true is 1. Throws UserError where it holds text, or is absent. */
export function numberColumn(frame: DataFrame, name: string): (row: readonly Cell[]) => number {
  const at = columnIndex(frame, name);
  if (frame.dtypes[at] === DTYPES.text) throw new UserError(`column ${name} holds text, not numbers`);
  // A frame that danfo made itself may hold null or undefined for NaN.
  return (row) => Number(row[at] ?? Number.NaN);
}
