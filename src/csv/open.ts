import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError } from 'csv-parse';
import { UserError } from '../errors.ts';

/** Told how many bytes of the file, as it lies on the disk, have been read. */
export type OnBytes = (bytes: number) => void;

/** Opens a CSV file for reading: `-` is standard input, a name that ends in .gz is unpacked on the way. */
export function openCsv(path: string, onBytes?: OnBytes): Readable {
  if (path === '-') return process.stdin;
  const file = createReadStream(path);
  if (onBytes !== undefined) file.on('data', () => onBytes(file.bytesRead));
  if (!path.endsWith('.gz')) return file;
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  // A pipe leaves its source open when its target is closed early.
  unpacked.on('close', () => file.destroy());
  return file.pipe(unpacked);
}

/** Turns what a file system, an unpacker or the CSV parser threw into one line that names the file; passes everything else on. */
export function csvError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new UserError(`${path}: no such file`, { cause: error });
  if (code === 'EISDIR') return new UserError(`${path}: is a folder, not a CSV file`, { cause: error });
  if (code === 'EACCES') return new UserError(`${path}: may not be read (permissions)`, { cause: error });
  if (code?.startsWith('Z_')) return new UserError(`${path}: is not a whole gzip file`, { cause: error });
  if (error instanceof CsvError) return new UserError(`${path}: ${error.message}`, { cause: error });
  return error;
}
