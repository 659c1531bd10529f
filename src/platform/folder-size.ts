import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The unit of `blocks` in a file's status, whatever the file system's own. */
const BLOCK_BYTES = 512;

/**
 * The bytes that the files below `folder` take on the disk (Kafka makes its indexes large and leaves them empty); 0 where it does not exist.
 * What vanishes meanwhile is not counted.
 */
export function folderSize(folder: string): number {
  let bytes = 0;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return 0;
  }
  for (const name of names) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) bytes += folderSize(path);
    else bytes += (stat?.blocks ?? 0) * BLOCK_BYTES;
  }
  return bytes;
}
