import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Characters gathered before they are written. */
const FLUSH_CHARS = 1 << 18;

/**
 * A text file written line by line. It stands under its name only when it is whole: until `finish` it is `<name>.part`, so an interrupted
 * run leaves nothing that looks like a result.
 */
export class LineFile {
  readonly path: string;
  /** Lines written, the header included. */
  lines = 0;
  readonly #fd: number;
  #text = '';

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(this.#partPath, 'w');
  }

  get #partPath(): string {
    return `${this.path}.part`;
  }

  write(line: string): void {
    this.lines++;
    this.#text += `${line}\n`;
    if (this.#text.length >= FLUSH_CHARS) this.#flush();
  }

  /** Writes the rest and gives the file its name. */
  finish(): void {
    this.#flush();
    closeSync(this.#fd);
    renameSync(this.#partPath, this.path);
  }

  /** Leaves nothing behind. */
  discard(): void {
    closeSync(this.#fd);
    rmSync(this.#partPath, { force: true });
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    this.#text = '';
  }
}
