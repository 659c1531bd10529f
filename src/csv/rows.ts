import { parse } from 'csv-parse';
import { UserError } from '../errors.ts';
import { csvError, type OnBytes, openCsv } from './open.ts';

/** One data row of a CSV file: its cells by the position of the columns asked for. */
export interface CsvRow {
  /** 1-based number of the data row. */
  readonly row: number;
  /** Line of the file, the header being line 1. */
  readonly line: number;
  /** The cells in the order of the columns asked for; '' where the row is short or the column is optional and absent. */
  readonly cells: readonly string[];
}

/** Columns to read, by name: a file without a required one is refused. */
export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/**
 * Reads the rows of a CSV file with a header line, in batches as they come from the disk. Columns are found by name, others are left alone.
 *
 * @throws UserError where the file cannot be read or lacks a required column; the message names the file.
 */
export async function* readRows(path: string, columns: CsvColumns, onBytes?: OnBytes): AsyncGenerator<CsvRow[]> {
  const wanted = [...columns.required, ...columns.optional];
  // No quoting: the files hold no cell with a comma, and a stray quote must not swallow the rows behind it.
  const parser = parse({ bom: true, relax_column_count: true, quote: false });
  const input = openCsv(path, onBytes);
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let positions: number[] | undefined;
  let row = 0;
  let line = 0;
  let batch: CsvRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      line++;
      if (cells.length === 1 && cells[0] === '') continue;
      if (positions === undefined) {
        positions = findColumns(path, cells.map(unquoted), columns, wanted);
        continue;
      }
      row++;
      const found = positions;
      batch.push({ row, line, cells: found.map((at) => unquoted(cells[at] ?? '')) });
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } catch (error) {
    throw csvError(path, error);
  } finally {
    input.destroy();
  }
  if (positions === undefined) throw new UserError(`${path}: is empty; a header line was expected: ${wanted.join(',')}`);
}

/** Rows handed over at once: enough to make the hand-over cheap, few enough to hold. */
const BATCH_ROWS = 1_000;

/** A cell without the quotes that some programs put around every one. */
function unquoted(cell: string): string {
  return cell.length > 1 && cell.startsWith('"') && cell.endsWith('"') ? cell.slice(1, -1) : cell;
}

function findColumns(path: string, header: readonly string[], columns: CsvColumns, wanted: readonly string[]): number[] {
  const missing = columns.required.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new UserError(`${path}: no column ${missing.join(', ')} in the header line`, {
      hint: `expected: ${columns.required.join(',')}${columns.optional.length > 0 ? ` and, if known, ${columns.optional.join(',')}` : ''}`,
    });
  }
  return wanted.map((name) => header.indexOf(name));
}
