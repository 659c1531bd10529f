/** The code blocks of docs/clients.md that are code of this folder, or that its tests run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';

/** A block with what stands in the comment above it: the path of the program it is taken from, or a name. */
export interface DocsBlock {
  readonly source: string;
  readonly text: string;
}

const BLOCK = /^<!-- code: (?<source>\S+) -->\n```\w+\n(?<text>[\s\S]*?)^```$/gm;
const REGION = /^ *(?:#|\/\/) docs\n(?<text>[\s\S]*?)^ *(?:#|\/\/) end$/m;

/** The blocks that a comment `<!-- code: SOURCE -->` stands above. */
export function docsBlocks(): DocsBlock[] {
  const page = readFileSync(join(packageRoot, 'docs', 'clients.md'), 'utf8');
  return [...page.matchAll(BLOCK)].map(({ groups }) => ({ source: groups!.source!, text: groups!.text! }));
}

/** What a program shows in the docs: the lines between its comments `docs` and `end`, without their common indentation. Throws where it has none. */
export function shownRegion(path: string): string {
  const text = REGION.exec(readFileSync(join(packageRoot, path), 'utf8'))?.groups?.text;
  if (text === undefined) throw new Error(`${path} has no lines between the comments docs and end`);
  const lines = text.split('\n');
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join('\n');
}
