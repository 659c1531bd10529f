import type { DataFrame } from 'danfojs-node';
import { LineFile } from '../csv/line-file.ts';
import { formatDouble, parseDouble } from '../csv/numbers.ts';
import { quoted } from '../csv/quoted.ts';
import { type CsvTable, readTable } from '../csv/table.ts';
import { UserError } from '../errors.ts';
import { type Cell, type ColumnKind, type FrameColumn, KNOWN_KINDS } from './columns.ts';
import { makeFrame, rowsOf } from './frame.ts';

export interface CsvFrameOptions {
  /** Name of the column that holds the frame's index (of a pivot: timestamp_utc). Default: the file holds no index. */
  readonly index?: string;
}

/**
 * Writes a frame as CSV with a header line; `readCsvFrame` reads it back with the same values, numbers to the last bit. NaN and null are
 * empty cells. The file stands under its name only when it is whole.
 *
 * @throws UserError where the index would have the name of a column.
 */
export function writeCsvFrame(frame: DataFrame, path: string, { index }: CsvFrameOptions = {}): void {
  if (index !== undefined && frame.columns.includes(index))
    throw new UserError(`the frame has a column ${index}: give its index another name`);
  const file = new LineFile(path);
  try {
    file.write([...(index === undefined ? [] : [index]), ...frame.columns].map(quoted).join(','));
    rowsOf(frame).forEach((row, at) => {
      const cells = index === undefined ? row : [frame.index[at]!, ...row];
      file.write(cells.map(textOf).join(','));
    });
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/**
 * Reads a CSV file with a header line into a frame: one that `writeCsvFrame` wrote, clean.csv and tier1.csv of a replay, or what
 * `arbitrex consume --format csv` prints of bars and tier-1 rows. A column that has the name of a field of those is of its kind; any other
 * holds flags where every cell is true or false, numbers where every cell is one or empty, else text.
 *
 * @throws UserError where the file or a cell of it does not read; the message names the file, the row (the first below the header is 1) and the column.
 */
export async function readCsvFrame(path: string, { index }: CsvFrameOptions = {}): Promise<DataFrame> {
  const table = await readTable(path);
  const columns = table.header.map((name, at): FrameColumn => ({ name, kind: KNOWN_KINDS.get(name) ?? kindOf(table, at) }));
  const rows = table.rows.map((cells, row) =>
    columns.map(({ name, kind }, at) => cellOf(cells[at]!, kind, `${path}: row ${row + 1}: ${name}`)),
  );
  if (index === undefined) return makeFrame(columns, rows);
  const place = table.header.indexOf(index);
  if (place === -1) throw new UserError(`${path}: no column ${index} in the header line`);
  return makeFrame(
    columns.toSpliced(place, 1),
    rows.map((row) => row.toSpliced(place, 1)),
    rows.map((row) => row[place] as string | number),
  );
}

function textOf(cell: Cell | undefined): string {
  if (typeof cell === 'number') return formatDouble(cell);
  return cell === null || cell === undefined ? '' : quoted(String(cell));
}

function kindOf({ rows }: CsvTable, at: number): ColumnKind {
  const cells = rows.map((row) => row[at]!);
  if (cells.length > 0 && cells.every((cell) => cell === 'true' || cell === 'false')) return 'flag';
  return cells.every((cell) => cell === '' || parseDouble(cell) !== undefined) ? 'number' : 'text';
}

function cellOf(text: string, kind: ColumnKind, where: string): Cell {
  if (kind === 'text') return text === '' ? null : text;
  if (kind === 'flag') {
    if (text !== 'true' && text !== 'false') throw new UserError(`${where} is neither true nor false: "${text}"`);
    return text === 'true';
  }
  const value = text === '' && kind === 'number' ? Number.NaN : parseDouble(text);
  if (value === undefined) throw new UserError(`${where} is no number: "${text}"`);
  return value;
}
