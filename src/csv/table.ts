import { parse } from 'csv-parse';
import { UserError } from '../errors.ts';
import { csvError, openCsv } from './open.ts';

/** A whole CSV file as text. */
export interface CsvTable {
  readonly header: readonly string[];
  /** Each as long as the header; an empty cell is ''. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads a CSV file whose columns are not known beforehand, quoted cells included, into memory.
 *
 * @throws UserError where it cannot be read, is empty, or a row is longer or shorter than the header; the message names the file.
 */
export async function readTable(path: string): Promise<CsvTable> {
  const parser = parse({ bom: true });
  const input = openCsv(path);
  input.on('error', (error) => parser.destroy(error));
  const rows: string[][] = [];
  try {
    for await (const row of input.pipe(parser) as AsyncIterable<string[]>) rows.push(row);
  } catch (error) {
    throw csvError(path, error);
  } finally {
    input.destroy();
  }
  const [header, ...rest] = rows;
  if (header === undefined) throw new UserError(`${path}: is empty; a header line was expected`);
  return { header, rows: rest };
}
