import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { UserError } from '../../../src/errors.ts';

/** A folder for the files of one test file, gone when its tests are done. */
export function temporaryFolder(): { write(name: string, content: string | Uint8Array): string; path: string } {
  const path = mkdtempSync(join(tmpdir(), 'arbitrex-csv-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    /** Writes a file and gives its path; text under a name that ends in .gz is packed. */
    write(name, content) {
      const file = join(path, name);
      writeFileSync(file, typeof content === 'string' && name.endsWith('.gz') ? gzipSync(content) : content);
      return file;
    },
  };
}

/** All rows that a reader gives, its batches joined. */
export async function all<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

/** The UserError that reading ends in; any other end fails the test. */
export async function userErrorOf(batches: AsyncIterable<unknown[]>): Promise<UserError> {
  try {
    for await (const _ of batches);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was read without an error');
}
